using DpSynth.Models.Schedulers;

namespace DpSynth.Models.Tests.Schedulers;

/// <summary>
/// Timesteps and results of seven steps against a scalar model m(x, t) = 0.6 x + 0.2 sin(t/100), started at 1.3 times the initial noise
/// scale, every drawn noise being 0.7. The expected values come from a separate program in double precision, written step by step from
/// the papers' equations rather than from coefficients.
/// </summary>
public sealed class SchedulerTableTests
{
    public static TheoryData<string, string, double[], double> Deterministic => new()
    {
        {
            "DDIMScheduler", """ "timestep_spacing": "leading", "steps_offset": 1, "set_alpha_to_one": false, "clip_sample": false """,
            [853, 711, 569, 427, 285, 143, 1], 1.773484055511338
        },
        {
            "DDIMScheduler", """ "timestep_spacing": "linspace", "prediction_type": "v_prediction", "clip_sample": false """,
            [999, 832, 666, 500, 333, 166, 0], 0.47192926325856255
        },
        {
            "DDIMScheduler", """ "timestep_spacing": "trailing", "prediction_type": "v_prediction", "rescale_betas_zero_snr": true, "clip_sample": false """,
            [999, 856, 713, 570, 428, 285, 142], 0.31202270202398713
        },
        {
            "DDIMScheduler", """ "steps_offset": 1, "set_alpha_to_one": false, "clip_sample_range": 0.5 """,
            [853, 711, 569, 427, 285, 143, 1], 0.3369164006236036
        },
        {
            "DDIMScheduler", """ "steps_offset": 1, "set_alpha_to_one": false, "clip_sample": false, "prediction_type": "sample" """,
            [853, 711, 569, 427, 285, 143, 1], 0.8674492287138964
        },
        {
            "PNDMScheduler", """ "skip_prk_steps": true, "steps_offset": 1, "set_alpha_to_one": false, "clip_sample": false """,
            [853, 711, 711, 569, 427, 285, 143, 1], 1.6387122536158432
        },
        {
            "PNDMScheduler", """ "skip_prk_steps": true, "timestep_spacing": "linspace", "prediction_type": "v_prediction" """,
            [999, 832, 832, 666, 500, 333, 166, 0], 0.46531309915899305
        },
        {
            "PNDMScheduler", """ "skip_prk_steps": true, "timestep_spacing": "trailing", "set_alpha_to_one": true """,
            [999, 856, 856, 713, 570, 428, 285, 142], 2.059936098886062
        },
        { "EulerDiscreteScheduler", "", [999, 832.5, 666, 499.5, 333, 166.5, 0], 2.9755591724138553 },
        {
            "EulerDiscreteScheduler", """ "timestep_spacing": "leading", "steps_offset": 1, "prediction_type": "v_prediction" """,
            [853, 711, 569, 427, 285, 143, 1], 0.357873872832693
        },
        {
            "EulerDiscreteScheduler", """ "use_karras_sigmas": true """,
            [999, 868.4154466531957, 687.1527460744257, 427.48870410003946, 145.9380686057837, 17.85821012393696, 0], 3.018527441650047
        },
        { "DPMSolverMultistepScheduler", "", [999, 856, 714, 571, 428, 285, 143], 2.3699526078704687 },
        { "DPMSolverMultistepScheduler", """ "solver_type": "heun" """, [999, 856, 714, 571, 428, 285, 143], 2.3187636271795813 },
        { "DPMSolverMultistepScheduler", """ "use_karras_sigmas": true """, [999, 868, 687, 427, 146, 18, 0], 1.8971643516941077 },
        { "DPMSolverMultistepScheduler", """ "timestep_spacing": "leading", "steps_offset": 1 """, [876, 751, 626, 501, 376, 251, 126], 1.689474506685423 },
    };

    [Theory]
    [MemberData(nameof(Deterministic))]
    public void Schedulers_agree_with_the_table(string className, string fields, double[] timesteps, double result)
    {
        var plan = SamplingPlan.Create(SchedulerFile.Read(className, fields), steps: 7);

        Assert.False(plan.DrawsNoise);
        Check(plan, timesteps, result);
    }

    [Fact]
    public void Euler_ancestral_agrees_with_the_table() => Check(
        SamplingPlan.Create(SchedulerFile.Read("EulerAncestralDiscreteScheduler", """ "timestep_spacing": "trailing" """), steps: 7),
        [999, 856, 713, 570, 428, 285, 142],
        2.6443579360804326);

    [Theory]
    [InlineData(1.0, new double[] { 999, 759, 499, 259 }, 2.164946257612741)]
    [InlineData(0.5, new double[] { 499, 379, 259, 139 }, 1.0328369326216646)]
    public void Consistency_sampling_agrees_with_the_table(double strength, double[] timesteps, double result) =>
        Check(SamplingPlan.Create(SchedulerFile.Read("LCMScheduler"), steps: 4, strength), timesteps, result);

    [Theory]
    [InlineData(0.43, new double[] { 285, 143, 143, 1 }, 0.9485413157880073)]
    [InlineData(0.01, new double[] { 1 }, 1.2910607963993432)]
    public void Pseudo_multistep_sampling_has_a_first_step_of_its_own_from_an_image_on(double strength, double[] timesteps, double result) =>
        Check(
            SamplingPlan.Create(SchedulerFile.Read("PNDMScheduler", """ "skip_prk_steps": true, "steps_offset": 1 """), steps: 7, strength), timesteps, result);

    [Fact]
    public void Noise_levels_agree_with_the_table()
    {
        var scaled = SchedulerFile.Read("DDIMScheduler").Noise;
        Assert.Equal(0.99915, scaled.Alpha(0), 1e-12);
        Assert.Equal(0.892980537080597, scaled.Alpha(101), 1e-12);
        Assert.Equal(0.2749990668501319, scaled.Alpha(501), 1e-12);
        Assert.Equal(0.004660098513077234, scaled.Alpha(999), 1e-12);

        // A class's own defaults where the file says nothing: β linear from 0.0001 to 0.02.
        var linear = SchedulerConfiguration.Read(SchedulerFile.Json("""{ "_class_name": "DDIMScheduler" }""")).Noise;
        Assert.Equal(0.07779665836502386, linear.Alpha(500), 1e-12);
        Assert.Equal(4.0358297653756754e-05, linear.Alpha(999), 1e-15);

        var zero = SchedulerFile.Read("DDIMScheduler", """ "rescale_betas_zero_snr": true """).Noise;
        Assert.Equal(0.99915, zero.Alpha(0), 1e-12);
        Assert.Equal(0.2410187827573158, zero.Alpha(500), 1e-12);
        Assert.Equal(0, zero.Alpha(999));
    }

    private static void Check(SamplingPlan plan, double[] timesteps, double result)
    {
        Assert.Equal(timesteps.Length, plan.Steps.Count);
        Assert.All(timesteps.Zip(plan.Steps), pair => Assert.Equal(pair.First, pair.Second.Timestep, 1e-6));
        var actual = ScalarSampler.Run(plan, 1.3 * plan.PureNoise, (x, t) => (0.6 * x) + (0.2 * Math.Sin(t / 100)), _ => 0.7);
        Assert.Equal(result, actual, 1e-9);
    }
}
