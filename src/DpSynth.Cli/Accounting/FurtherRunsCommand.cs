using System.CommandLine;
using DpSynth.Cli.Terminals;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Accounting;

/// <summary><c>dpsynth accountant runs</c>.</summary>
internal static class FurtherRunsCommand
{
    private const int MaxIterations = 10_000;

    private static readonly Option<string> _dataset = new("--dataset") { Description = "The dataset's name.", HelpName = "NAME", Required = true };

    private static readonly Option<double?> _epsilon = new("--epsilon")
    {
        Description = "ε of each further run (default: runs like the one planned last).",
        HelpName = "E",
    };

    private static readonly Option<double?> _delta = new("--delta") { Description = "δ of each further run (default: the cap's).", HelpName = "D" };

    private static readonly Option<int?> _iterations = new("--iterations") { Description = "Its measurements (default: 1).", HelpName = "T" };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "runs",
        "Say how many more runs of a kind a dataset's cap admits.",
        [_dataset, _epsilon, _delta, _iterations],
        (parsed, cancellationToken) => RunAsync(context, parsed, cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        var dataset = NameArgument.Dataset(parsed.GetRequiredValue(_dataset));
        double? epsilon = parsed.GetValue(_epsilon) is { } e ? Number.Epsilon("--epsilon", e) : null;
        double? delta = parsed.GetValue(_delta) is { } d ? Number.Delta("--delta", d) : null;
        var iterations = parsed.GetValue(_iterations);
        if (iterations is not (null or (>= 1 and <= MaxIterations)))
        {
            throw new CommandException(ExitCode.Usage, $"--iterations is {iterations}; it must lie between 1 and {MaxIterations}.");
        }

        if (epsilon is null && (delta ?? iterations) is not null)
        {
            throw new CommandException(ExitCode.Usage, "--delta and --iterations describe a run of some ε: say --epsilon too.");
        }

        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var budget = await connection.Ledger.ReadAsync(dataset, cancellationToken);
        var kind = epsilon is { } each ? Kind(each, delta ?? budget.CapDelta, iterations ?? 1) : FurtherRuns.LatestKind(budget);
        if (kind.Count == 0)
        {
            throw new CommandException(ExitCode.Usage, $"No run was ever planned on {dataset}: say with --epsilon what kind of run you mean.");
        }

        context.Terminal.Result(FurtherRuns.Of(budget, kind), Describe);
        return ExitCode.Success;
    }

    private static IReadOnlyList<PrivacyEvent> Kind(double epsilon, double delta, int iterations)
    {
        var weights = new double[iterations];
        weights.AsSpan().Fill(1);
        return FurtherRuns.Merge(Account.Try(() => NoiseCalibration.Calibrate(epsilon, delta, weights)));
    }

    private static string Describe(FurtherRuns answer, Layout layout) => layout.Pairs(
    [
        ("dataset", answer.Dataset),
        ("cap", $"ε {Figures.Epsilon(answer.CapEpsilon)} at δ {Figures.Delta(answer.CapDelta)}"),
        ("committed", $"ε {Figures.Epsilon(answer.CommittedEpsilon)}"),
        ("further runs", $"{Figures.Count(answer.Runs)}{(answer.Runs == FurtherRuns.Most ? " or more" : "")}"),
        ("after them", $"ε {Figures.Epsilon(answer.EpsilonAfter)}"),
    ]);
}
