using System.CommandLine;
using System.Globalization;

namespace DpSynth.Cli.Accounting;

/// <summary><c>dpsynth accountant noise</c>.</summary>
internal static class NoiseCommand
{
    private static readonly MechanismOptions _options = new(mechanismByDefault: "gaussian");

    private static readonly Option<double> _epsilon = new("--epsilon") { Description = "ε of the whole.", HelpName = "E", Required = true };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "noise",
        "Say how much noise measurements need to cost at most an ε.",
        [_epsilon, .. _options.Symbols],
        (parsed, _) => Task.FromResult(Run(context, parsed)));

    private static int Run(CommandContext context, ParseResult parsed)
    {
        var epsilon = Number.Epsilon("--epsilon", parsed.GetRequiredValue(_epsilon));
        var (noise, cost) = NoiseSearch.Least(
            _options.Mechanism(parsed),
            _options.Steps(parsed, fewest: 1),
            epsilon,
            _options.Delta(parsed),
            _options.Adjacency(parsed),
            _options.Accountant(parsed));
        context.Terminal.Result(
            new NoiseAnswer(noise.Nearest, Math.Min(epsilon, SignificantDigits.Up(cost.Epsilon))),
            answer => string.Create(CultureInfo.InvariantCulture, $"noise multiplier {answer.NoiseMultiplier:R} costs ε {answer.Epsilon:R}"));
        return ExitCode.Success;
    }
}

/// <summary>The least noise, and what it costs.</summary>
/// <param name="NoiseMultiplier">S in units of the query, to twelve digits.</param>
/// <param name="Epsilon">ε of exactly that S; never above what was asked for.</param>
internal sealed record NoiseAnswer(double NoiseMultiplier, double Epsilon);
