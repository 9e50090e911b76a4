using DpSynth.Models.Folders;

namespace DpSynth.Models.Schedulers;

/// <summary>A folder's <c>scheduler_config.json</c>, under the class it names or under another that was asked for.</summary>
public sealed record SchedulerConfiguration
{
    private static readonly Dictionary<string, SchedulerKind> Classes = new(StringComparer.Ordinal)
    {
        ["DDIMScheduler"] = SchedulerKind.Ddim,
        ["EulerDiscreteScheduler"] = SchedulerKind.Euler,
        ["EulerAncestralDiscreteScheduler"] = SchedulerKind.EulerAncestral,
        ["DPMSolverMultistepScheduler"] = SchedulerKind.DpmSolver,
        ["PNDMScheduler"] = SchedulerKind.Pndm,
        ["LCMScheduler"] = SchedulerKind.Lcm,
    };

    /// <summary>The sampler.</summary>
    public required SchedulerKind Kind { get; init; }

    /// <summary>The noise levels of training.</summary>
    public required NoiseSchedule Noise { get; init; }

    /// <summary>What the model predicts.</summary>
    public PredictionType Prediction { get; init; }

    /// <summary>Which training timesteps are visited.</summary>
    public TimestepSpacing Spacing { get; init; }

    /// <summary>Added to every timestep where the spacing is leading.</summary>
    public int StepsOffset { get; init; }

    /// <summary>Whether the step past the last timestep has ᾱ = 1, or ᾱ_0 (DDIM, PNDM).</summary>
    public bool SetAlphaToOne { get; init; } = true;

    /// <summary>Bound to which |x₀| is clipped; null for none (DDIM, LCM).</summary>
    public double? ClipRange { get; init; }

    /// <summary>Whether noise levels are spaced as Karras et al. do (arXiv 2206.00364, equation 5).</summary>
    public bool KarrasSigmas { get; init; }

    /// <summary>Smallest and largest σ of Karras's spacing; null for those of the schedule itself (Euler).</summary>
    public (double? Smallest, double? Largest) SigmaRange { get; init; }

    /// <summary>Whether the last noise level is 0, or that of timestep 0.</summary>
    public bool EndsAtZero { get; init; } = true;

    /// <summary>1 or 2 (DPM-Solver++).</summary>
    public int SolverOrder { get; init; } = 2;

    /// <summary>Whether the second order term is Heun's, or the midpoint rule's (DPM-Solver++).</summary>
    public bool HeunSolver { get; init; }

    /// <summary>Whether the last of fewer than 15 steps is of first order (DPM-Solver++).</summary>
    public bool LowerOrderFinal { get; init; } = true;

    /// <summary>Whether the last step is of first order always (DPM-Solver++).</summary>
    public bool EulerAtFinal { get; init; }

    /// <summary>Least logarithm of α/σ that a timestep may have (DPM-Solver++).</summary>
    public double LeastLogSnr { get; init; } = double.NegativeInfinity;

    /// <summary>Steps of the teacher that a consistency model skips among (LCM).</summary>
    public int OriginalSteps { get; init; } = 50;

    /// <summary>Factor of timesteps in the boundary condition (LCM).</summary>
    public double TimestepScaling { get; init; } = 10;

    /// <summary>Reads a configuration.</summary>
    /// <param name="configuration">The file.</param>
    /// <param name="name">The scheduler to use with it; null for the one it names.</param>
    /// <exception cref="ModelFolderException">The class or an option is not supported; the message names those that are.</exception>
    public static SchedulerConfiguration Read(JsonConfiguration configuration, SchedulerName? name = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var kind = name?.Kind ?? KindOf(configuration);
        var defaults = SchedulerDefaults.Of(kind);
        RefuseUnsupported(configuration, kind);
        return new SchedulerConfiguration
        {
            Kind = kind,
            Noise = NoiseSchedule.Read(configuration, defaults),
            Prediction = configuration.Text("prediction_type", "epsilon") switch
            {
                "epsilon" => PredictionType.Epsilon,
                "v_prediction" => PredictionType.Velocity,
                "sample" => PredictionType.Sample,
                var other => throw configuration.Fault("prediction_type", $"is '{other}'; supported are epsilon, v_prediction and sample"),
            },
            Spacing = configuration.Text("timestep_spacing", defaults.Spacing) switch
            {
                "leading" => TimestepSpacing.Leading,
                "linspace" => TimestepSpacing.Linspace,
                "trailing" => TimestepSpacing.Trailing,
                var other => throw configuration.Fault("timestep_spacing", $"is '{other}'; supported are leading, linspace and trailing"),
            },
            StepsOffset = configuration.Integer("steps_offset", 0),
            SetAlphaToOne = configuration.Boolean("set_alpha_to_one", kind != SchedulerKind.Pndm),
            ClipRange = configuration.Boolean("clip_sample", defaults.ClipSample) ? configuration.Number("clip_sample_range", 1) : null,
            KarrasSigmas = name?.KarrasSigmas ?? configuration.Boolean("use_karras_sigmas", false),
            SigmaRange = (OptionalNumber(configuration, "sigma_min"), OptionalNumber(configuration, "sigma_max")),
            EndsAtZero = configuration.Text("final_sigmas_type", "zero") switch
            {
                "zero" => true,
                "sigma_min" => false,
                var other => throw configuration.Fault("final_sigmas_type", $"is '{other}'; supported are zero and sigma_min"),
            },
            SolverOrder = configuration.Integer("solver_order", 2),
            HeunSolver = configuration.Text("solver_type", "midpoint") == "heun",
            LowerOrderFinal = configuration.Boolean("lower_order_final", true),
            EulerAtFinal = configuration.Boolean("euler_at_final", false),
            LeastLogSnr = configuration.Take("lambda_min_clipped") is { ValueKind: System.Text.Json.JsonValueKind.Number } least
                ? least.GetDouble()
                : double.NegativeInfinity,
            OriginalSteps = configuration.Integer("original_inference_steps", 50),
            TimestepScaling = configuration.Number("timestep_scaling", 10),
        };
    }

    private static SchedulerKind KindOf(JsonConfiguration configuration)
    {
        var name = configuration.Text("_class_name", "");
        return Classes.TryGetValue(name, out var kind)
            ? kind
            : throw configuration.Fault(
                "_class_name",
                $"is '{name}', which is not supported; supported are {string.Join(", ", Classes.Keys)} (or choose one of "
                    + $"{string.Join(", ", SchedulerName.All)} instead)");
    }

    private static void RefuseUnsupported(JsonConfiguration configuration, SchedulerKind kind)
    {
        if (configuration.Boolean("thresholding", false))
        {
            throw configuration.Fault("thresholding", "is true; dynamic thresholding is for models of pixels, and not supported");
        }

        foreach (var option in (ReadOnlySpan<string>)["use_exponential_sigmas", "use_beta_sigmas", "use_flow_sigmas", "use_lu_lambdas"])
        {
            if (configuration.Boolean(option, false))
            {
                throw configuration.Fault(option, "is true, which is not supported; use_karras_sigmas is");
            }
        }

        if (kind is SchedulerKind.Euler or SchedulerKind.EulerAncestral)
        {
            if (configuration.Text("interpolation_type", "linear") != "linear")
            {
                throw configuration.Fault("interpolation_type", "must be linear");
            }

            if (configuration.Text("timestep_type", "discrete") != "discrete")
            {
                throw configuration.Fault("timestep_type", "must be discrete");
            }
        }

        if (configuration.Text("_class_name", "") == "PNDMScheduler" && kind is SchedulerKind.Pndm && !configuration.Boolean("skip_prk_steps", false))
        {
            throw configuration.Fault("skip_prk_steps", "must be true, as Stable Diffusion has it; Runge-Kutta steps are not supported");
        }

        if (kind is SchedulerKind.DpmSolver)
        {
            if (configuration.Text("algorithm_type", "dpmsolver++") != "dpmsolver++")
            {
                throw configuration.Fault("algorithm_type", "must be dpmsolver++");
            }

            if (configuration.Integer("solver_order", 2) is not (1 or 2))
            {
                throw configuration.Fault("solver_order", "must be 1 or 2");
            }
        }
    }

    private static double? OptionalNumber(JsonConfiguration configuration, string name) =>
        configuration.Has(name) ? configuration.RequireNumber(name) : null;
}
