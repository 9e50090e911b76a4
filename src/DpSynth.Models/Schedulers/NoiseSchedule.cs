using DpSynth.Models.Folders;

namespace DpSynth.Models.Schedulers;

/// <summary>
/// The noise levels a model was trained with: ᾱ_t = Π (1 − β_s), so that x_t = √ᾱ_t x₀ + √(1 − ᾱ_t) ε (Ho, Jain and Abbeel, arXiv
/// 2006.11239, equation 4).
/// </summary>
public sealed class NoiseSchedule
{
    // Noise levels σ = √((1 − ᾱ)/ᾱ) need ᾱ above zero; diffusers takes the smallest subnormal float16 too.
    private const double SmallestAlpha = 1.0 / (1 << 24);

    private readonly double[] _alphas;
    private readonly double[] _sigmas;

    /// <summary>From ᾱ_0, ᾱ_1, …, decreasing, inside [0, 1].</summary>
    public NoiseSchedule(double[] alphasCumulative)
    {
        ArgumentNullException.ThrowIfNull(alphasCumulative);
        ArgumentOutOfRangeException.ThrowIfLessThan(alphasCumulative.Length, 2);
        _alphas = alphasCumulative;
        _sigmas = [.. alphasCumulative.Select(alpha => Math.Max(alpha, SmallestAlpha)).Select(alpha => Math.Sqrt((1 - alpha) / alpha))];
    }

    /// <summary>N, the number of training timesteps.</summary>
    public int Count => _alphas.Length;

    /// <summary>σ_t = √((1 − ᾱ_t)/ᾱ_t) for t = 0 to N − 1, increasing.</summary>
    public ReadOnlySpan<double> Sigmas => _sigmas;

    /// <summary>ᾱ_t.</summary>
    public double Alpha(int timestep) => _alphas[timestep];

    /// <summary>Reads <c>trained_betas</c>, or <c>beta_schedule</c>, <c>beta_start</c>, <c>beta_end</c>; and <c>rescale_betas_zero_snr</c>.</summary>
    public static NoiseSchedule Read(JsonConfiguration configuration, SchedulerDefaults defaults)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(defaults);
        var betas = ReadBetas(configuration, defaults);
        if (betas.Length < 2 || betas.Any(beta => beta is not (>= 0 and < 1)))
        {
            throw configuration.Fault("beta_schedule", "must give at least two values of β inside [0, 1)");
        }

        var alphas = new double[betas.Length];
        var product = 1.0;
        for (var i = 0; i < betas.Length; i++)
        {
            alphas[i] = product *= 1 - betas[i];
        }

        if (configuration.Boolean("rescale_betas_zero_snr", false))
        {
            RescaleToZeroTerminalSnr(alphas);
        }

        return new NoiseSchedule(alphas);
    }

    /// <summary>σ at a fractional timestep, by linear interpolation.</summary>
    public double SigmaAt(double timestep)
    {
        var low = Math.Clamp((int)Math.Floor(timestep), 0, Count - 1);
        var high = Math.Min(low + 1, Count - 1);
        return _sigmas[low] + ((_sigmas[high] - _sigmas[low]) * Math.Clamp(timestep - low, 0, 1));
    }

    /// <summary>The fractional timestep at which log σ, interpolated linearly, has the value asked for.</summary>
    public double TimestepOf(double sigma)
    {
        var high = Array.BinarySearch(_sigmas, sigma);
        if (high >= 0)
        {
            return high;
        }

        high = Math.Clamp(~high, 1, Count - 1);
        var (from, to) = (Math.Log(_sigmas[high - 1]), Math.Log(_sigmas[high]));
        return high - 1 + Math.Clamp((Math.Log(sigma) - from) / (to - from), 0, 1);
    }

    private static double[] ReadBetas(JsonConfiguration configuration, SchedulerDefaults defaults)
    {
        if (configuration.Has("trained_betas"))
        {
            return configuration.Numbers("trained_betas");
        }

        var count = configuration.Integer("num_train_timesteps", 1000);
        if (count is < 2 or > 100_000)
        {
            throw configuration.Fault("num_train_timesteps", "must lie between 2 and 100,000");
        }

        var start = configuration.Number("beta_start", defaults.BetaStart);
        var end = configuration.Number("beta_end", defaults.BetaEnd);
        return configuration.Text("beta_schedule", defaults.BetaSchedule) switch
        {
            "linear" => Even(start, end, count),
            "scaled_linear" => [.. Even(Math.Sqrt(start), Math.Sqrt(end), count).Select(root => root * root)],
            "squaredcos_cap_v2" => Cosine(count),
            var other => throw configuration.Fault("beta_schedule", $"is '{other}'; supported are linear, scaled_linear and squaredcos_cap_v2"),
        };
    }

    private static double[] Even(double start, double end, int count) =>
        [.. Enumerable.Range(0, count).Select(i => start + ((end - start) * i / (count - 1)))];

    // Nichol and Dhariwal, arXiv 2102.09672, equation 17; β is capped at 0.999.
    private static double[] Cosine(int count)
    {
        double Level(double time) => Math.Pow(Math.Cos((time + 0.008) / 1.008 * Math.PI / 2), 2);
        return [.. Enumerable.Range(0, count).Select(i => Math.Min(1 - (Level((i + 1.0) / count) / Level((double)i / count)), 0.999))];
    }

    // Lin et al., arXiv 2305.08891, algorithm 1: √ᾱ is shifted and scaled so that the last is 0 and the first stays.
    private static void RescaleToZeroTerminalSnr(double[] alphas)
    {
        var first = Math.Sqrt(alphas[0]);
        var last = Math.Sqrt(alphas[^1]);
        for (var i = 0; i < alphas.Length; i++)
        {
            var root = (Math.Sqrt(alphas[i]) - last) * first / (first - last);
            alphas[i] = root * root;
        }
    }
}
