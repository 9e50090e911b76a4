using System.CommandLine;
using DpSynth.Cli.Budget;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Datasets.Sources;
using DpSynth.Cli.Datasets.Uploading;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Runs.Watching;
using DpSynth.Cli.Terminals;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Demo;

/// <summary><c>dpsynth demo</c>: the whole product on MNIST, in one command.</summary>
internal static class DemoCommand
{
    private static readonly Option<double> _epsilon = new("--epsilon")
    {
        Description = "ε of the run.", HelpName = "E", DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> _seed = new("--seed")
    {
        Description = "Seed of everything drawn on the public side. The privacy noise has no seed.", HelpName = "S",
    };

    private static readonly Option<bool> _keep = new("--keep")
    {
        Description = "Leave the host running after the summary, until Ctrl+C, to try the other commands on it.",
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "demo",
        "Make a private synthetic copy of MNIST and show how good it is.",
        [_epsilon, _seed, _keep],
        (parsed, cancellationToken) => RunAsync(
            context, parsed.GetValue(_epsilon), parsed.GetValue(_seed), parsed.GetValue(_keep), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, double epsilon, int seed, bool keep, CancellationToken cancellationToken)
    {
        var terminal = context.Terminal;
        var started = TimeProvider.System.GetTimestamp();
        var request = DemoRequest.Load(context.Surroundings, epsilon, seed, DateTimeOffset.UtcNow);
        terminal.Say($"DpSynth demo: {DemoRequest.Dataset.ToUpperInvariant()}'s 60,000 training images play the private dataset; ε = {Figures.Epsilon(epsilon)}.");

        Connection connection;
        using (var stage = terminal.Begin("Starting", "", 0))
        {
            connection = await new Connector(context.Surroundings, say: null).ConnectAsync(needHost: true, cancellationToken);
            await connection.EnsureCreatedAsync(cancellationToken);
            stage.Complete();
        }

        await using (connection)
        {
            await UploadAsync(context, connection, cancellationToken);
            await CheckBudgetAsync(connection, epsilon, cancellationToken);
            await RunSubmitter.SubmitAsync(connection, request.Json, cancellationToken);
            var run = await WatchAsync(connection, request.RunId, terminal, cancellationToken);
            if (run.State != RunState.Succeeded)
            {
                terminal.Result(run, RunText.Describe);
                return RunText.ExitCodeOf(run.State);
            }

            var folder = Path.Combine(context.Surroundings.DataFolder, "demo", run.Id);
            var release = await ReleaseDownload.CopyAsync(connection.Releases, run.Id, folder, terminal, cancellationToken);
            var scores = await new DemoScoring(connection.Candidates, context.Surroundings, terminal).ScoreAsync(release, cancellationToken);
            var budget = BudgetReport.Of(await connection.Ledger.ReadAsync(DemoRequest.Dataset, cancellationToken));
            terminal.Result(new DemoResult(run, release, scores, budget, TimeProvider.System.GetElapsedTime(started)), DemoSummary.Describe);
            if (keep && connection.Endpoint is { } endpoint)
            {
                terminal.Say($"The host stays at {new Uri(endpoint, "api/runs")} until Ctrl+C.");
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return ExitCode.Success;
        }
    }

    private static async Task UploadAsync(CommandContext context, Connection connection, CancellationToken cancellationToken)
    {
        var uploader = new DatasetUploader(connection.PrivateAccount.Data, context.Terminal);
        if (await connection.PrivateStore.ListDatasetAsync(DemoRequest.Dataset, cancellationToken) is not null)
        {
            if (!await uploader.IsUnfinishedAsync(DemoRequest.Dataset, cancellationToken))
            {
                context.Terminal.Say($"The dataset '{DemoRequest.Dataset}' is there from an earlier time.");
                return;
            }

            await uploader.RemoveAsync(DemoRequest.Dataset, cancellationToken);
        }

        var images = DemoRequest.DataFile(context.Surroundings, "train-images-idx3-ubyte");
        var classes = IdxImages.Read(images, IdxImages.LabelsPathFor(images)).ToClasses();
        await uploader.UploadAsync(DemoRequest.Dataset, classes, loose: false, cancellationToken);
    }

    private static async Task<RunView> WatchAsync(Connection connection, string runId, Terminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            return await new RunWatcher(connection.Runs, terminal).WatchAsync(runId, known: false, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // A run outlives its host and would go on beside the next demo; nobody waits for this one any more.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await connection.Runs.CancelAsync(runId, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static async Task CheckBudgetAsync(Connection connection, double epsilon, CancellationToken cancellationToken)
    {
        var budget = BudgetReport.Of(await connection.Ledger.ReadAsync(DemoRequest.Dataset, cancellationToken));
        if (!budget.Admits(epsilon, DemoRequest.Delta))
        {
            throw new CommandException(
                ExitCode.Refused,
                $"""
                The dataset '{budget.Dataset}' may cost ε {Figures.Epsilon(budget.TotalEpsilon)} in all and has ε {Figures.Epsilon(budget.RemainingEpsilon)} left (at δ {Figures.Delta(budget.Delta)}), too little for this run.
                MNIST is public, so raise it: ./dpsynth budget set {budget.Dataset} --epsilon {Figures.Epsilon(2 * Math.Max(budget.TotalEpsilon, epsilon))}
                """);
        }
    }
}
