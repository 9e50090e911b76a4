using System.CommandLine;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Schedulers;

namespace DpSynth.Cli.Generation;

/// <summary>The options that say how a diffusion model samples.</summary>
internal sealed class GenerationSettings
{
    private readonly Option<int?> _steps = new("--steps") { Description = "Steps of the schedule (default 20).", HelpName = "S" };

    private readonly Option<string> _scheduler = new("--scheduler")
    {
        Description = $"The scheduler (default: the model's own): {string.Join(", ", SchedulerName.All)}.",
        HelpName = "NAME",
    };

    private readonly Option<double?> _guidance = new("--guidance")
    {
        Description = "The guidance scale, 0 to 50; up to 1 there is no guidance (default 7.5).",
        HelpName = "G",
    };

    private readonly Option<int?> _width = new("--width") { Description = "Width in pixels (default: the model's own).", HelpName = "W" };

    private readonly Option<int?> _height = new("--height") { Description = "Height in pixels (default: the model's own).", HelpName = "H" };

    /// <summary>The options, for the command.</summary>
    public IEnumerable<Symbol> Symbols => [_steps, _scheduler, _guidance, _width, _height];

    /// <summary>What was asked for.</summary>
    /// <exception cref="CommandException">There is no such scheduler.</exception>
    public DiffusionSettings Read(ParseResult parsed)
    {
        var defaults = new DiffusionSettings();
        try
        {
            return new DiffusionSettings
            {
                Steps = parsed.GetValue(_steps) ?? defaults.Steps,
                Scheduler = parsed.GetValue(_scheduler) is { } name ? SchedulerName.Parse(name) : null,
                GuidanceScale = parsed.GetValue(_guidance) ?? defaults.GuidanceScale,
                Width = parsed.GetValue(_width),
                Height = parsed.GetValue(_height),
            };
        }
        catch (ArgumentException fault)
        {
            throw new CommandException(ExitCode.Usage, Sentence.Of(fault));
        }
    }
}
