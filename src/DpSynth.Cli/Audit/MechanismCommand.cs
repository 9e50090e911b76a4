using System.CommandLine;
using DpSynth.Cli.Audit.Mechanisms;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Cli.Audit;

/// <summary><c>dpsynth audit mechanism</c>.</summary>
internal static class MechanismCommand
{
    private static readonly Option<double> _epsilon = new("--epsilon")
    {
        Description = "ε that the audited measurements claim together.",
        HelpName = "E",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<double> _delta = new("--delta") { Description = "Their δ.", HelpName = "D", DefaultValueFactory = _ => 1e-5 };

    private static readonly Option<int> _iterations = new("--iterations")
    {
        Description = "Vote histograms measured.",
        HelpName = "T",
        DefaultValueFactory = _ => 4,
    };

    private static readonly Option<int> _neighbours = new("--neighbours")
    {
        Description = "Candidates that an image votes for.",
        HelpName = "K",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> _trials = new("--trials")
    {
        Description = "Times that the mechanism is run with the canary, and as often without.",
        HelpName = "N",
        DefaultValueFactory = _ => 100_000,
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "mechanism",
        "Run the voting and the noise many times on two neighbouring datasets and try to tell them apart.",
        [_epsilon, _delta, _iterations, _neighbours, _trials],
        (parsed, cancellationToken) => Task.FromResult(Run(context, Read(parsed), cancellationToken)));

    private static int Run(CommandContext context, MechanismAuditOptions options, CancellationToken cancellationToken)
    {
        using var stage = context.Terminal.Begin("Auditing", "trials", 2L * options.Trials);
        var mechanism = new AuditedMechanism(options, new SecureDiscreteGaussianNoise());
        var report = new MechanismAudit(options, mechanism).Run(done => stage.Report(done), cancellationToken);
        stage.Complete();
        context.Terminal.Result(report, (result, layout) => result.Describe(layout));
        return report.Passed ? ExitCode.Success : ExitCode.Failure;
    }

    private static MechanismAuditOptions Read(ParseResult parsed)
    {
        var options = new MechanismAuditOptions
        {
            Epsilon = parsed.GetValue(_epsilon),
            Delta = parsed.GetValue(_delta),
            Iterations = parsed.GetValue(_iterations),
            Neighbours = parsed.GetValue(_neighbours),
            Trials = parsed.GetValue(_trials),
        };
        return options.Epsilon is not (> 0 and <= 100) ? throw Refuse("--epsilon", options.Epsilon, "above 0 and at most 100")
            : options.Delta is not (> 0 and < 1) ? throw Refuse("--delta", options.Delta, "above 0 and below 1")
            : options.Iterations is not (>= 1 and <= 1000) ? throw Refuse("--iterations", options.Iterations, "1 to 1000")
            : options.Neighbours is not (>= 1 and <= 100) ? throw Refuse("--neighbours", options.Neighbours, "1 to 100")
            : options.Trials is not (>= 100 and <= 100_000_000) ? throw Refuse("--trials", options.Trials, "100 to 100000000")
            : options;
    }

    private static CommandException Refuse(string option, double value, string range) =>
        new(ExitCode.Usage, $"{option} is {value}; it must be {range}.");
}
