using DpSynth.Models.Folders;
using DpSynth.Models.Schedulers;

namespace DpSynth.Models.Tests.Schedulers;

public sealed class SchedulerConfigurationTests
{
    [Fact]
    public void Read_names_the_supported_classes_when_a_class_is_not_one_of_them()
    {
        var fault = Assert.Throws<ModelFolderException>(() => SchedulerFile.Read("HeunDiscreteScheduler"));

        Assert.Contains("HeunDiscreteScheduler", fault.Message, StringComparison.Ordinal);
        Assert.Contains("DPMSolverMultistepScheduler", fault.Message, StringComparison.Ordinal);
        Assert.Contains("dpm-solver++-karras", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_takes_another_scheduler_with_the_noise_levels_of_the_file()
    {
        var configuration = SchedulerFile.Read("PNDMScheduler", """ "prediction_type": "v_prediction" """, SchedulerName.Parse("dpm-solver++-karras"));

        Assert.Equal(SchedulerKind.DpmSolver, configuration.Kind);
        Assert.True(configuration.KarrasSigmas);
        Assert.Equal(PredictionType.Velocity, configuration.Prediction);
        Assert.Equal(0.004660098513077234, configuration.Noise.Alpha(999), 1e-12);
    }

    [Theory]
    [InlineData("DDIMScheduler", """ "prediction_type": "flow" """, "'prediction_type'")]
    [InlineData("DDIMScheduler", """ "timestep_spacing": "middle" """, "'timestep_spacing'")]
    [InlineData("DDIMScheduler", """ "thresholding": true """, "'thresholding'")]
    [InlineData("DDIMScheduler", """ "steps_offset": "1" """, "'steps_offset'")]
    [InlineData("DDIMScheduler", """ "trained_betas": [0.1, 2] """, "β")]
    [InlineData("EulerDiscreteScheduler", """ "use_beta_sigmas": true """, "'use_beta_sigmas'")]
    [InlineData("PNDMScheduler", "", "'skip_prk_steps'")]
    [InlineData("DPMSolverMultistepScheduler", """ "solver_order": 3 """, "'solver_order'")]
    [InlineData("DPMSolverMultistepScheduler", """ "algorithm_type": "sde-dpmsolver++" """, "'algorithm_type'")]
    public void Read_refuses_what_is_not_supported_and_names_it(string className, string fields, string named)
    {
        var fault = Assert.Throws<ModelFolderException>(() => SchedulerFile.Read(className, fields));
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_read_and_others_refused_with_the_list()
    {
        Assert.All(SchedulerName.All, name => Assert.True(Enum.IsDefined(SchedulerName.Parse(name).Kind)));
        Assert.Contains("euler-ancestral", Assert.Throws<ArgumentException>(() => SchedulerName.Parse("heun")).Message, StringComparison.Ordinal);
    }
}
