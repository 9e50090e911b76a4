using DpSynth.Cli.Connections;
using DpSynth.Cli.Terminals;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Spending;

namespace DpSynth.Cli.Runs.Watching;

/// <summary>Shows a run's stages as they pass, until it has ended.</summary>
public sealed class RunWatcher(IRunSource runs, Terminal terminal)
{
    /// <summary>Looks at the run for each one at the list of refusals.</summary>
    private const int LooksBetweenRefusals = 8;

    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(250);

    private IProgressStage? _stage;
    private (RunStage Stage, int Iteration)? _shown;

    /// <summary>Watches a run to its end.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Stops the watching; the run goes on.</param>
    /// <exception cref="CommandException">There is no such run.</exception>
    public Task<RunView> WatchAsync(string runId, CancellationToken cancellationToken) => WatchAsync(runId, submitted: null, cancellationToken);

    /// <summary>Waits for the run of a request that was put on the queue just now, and watches it to its end; or learns why there is none.</summary>
    /// <param name="submitted">The request.</param>
    /// <param name="cancellationToken">Stops the watching; the run goes on.</param>
    internal Task<RunView> WatchAsync(SubmittedRequest submitted, CancellationToken cancellationToken) =>
        WatchAsync(submitted.Request.RunId, submitted, cancellationToken);

    /// <summary>Whether a refusal is of an earlier request of the same run id: of one that became a run, its dataset is known.</summary>
    private static bool IsOlder(RunView view, SubmittedRequest submitted) => view.Dataset is null && view.UpdatedAt < submitted.SentAt;

    private async Task<RunView> WatchAsync(string runId, SubmittedRequest? submitted, CancellationToken cancellationToken)
    {
        try
        {
            for (var look = 1; ; look++)
            {
                var view = await runs.FindAsync(runId, cancellationToken);
                if (view is null && submitted is null)
                {
                    throw new CommandException(ExitCode.NotFound, $"There is no run '{runId}'.");
                }

                if (view is not null && submitted is not null && IsOlder(view, submitted))
                {
                    view = null;
                }

                if (view is { State: not (RunState.Pending or RunState.Running) })
                {
                    _stage?.Complete();
                    return view;
                }

                // What could not be served at all stands under the message's id.
                if (submitted is not null && view?.State != RunState.Running && look % LooksBetweenRefusals == 0
                    && (await runs.ListAsync(rejected: true, cancellationToken)).FirstOrDefault(refused => refused.Id == submitted.MessageId) is { } lost)
                {
                    _stage?.Complete();
                    return lost;
                }

                Show(view?.Progress, view?.Spending);
                await Task.Delay(_interval, cancellationToken);
            }
        }
        finally
        {
            _stage?.Dispose();
        }
    }

    private void Show(RunProgress? progress, ImageSpending? spending)
    {
        if (progress is null)
        {
            _stage ??= terminal.Begin("Waiting for start", "", 0);
            return;
        }

        if (_shown != (progress.Stage, progress.Iteration))
        {
            _stage?.Complete();
            _shown = (progress.Stage, progress.Iteration);
            _stage = terminal.Begin(Title(progress), progress.Unit, progress.Total);
        }

        var money = spending is null ? "" : $", {Figures.Dollars(spending.Cost)} for {Figures.Count(spending.Images)} images";
        _stage!.Report(progress.Done, progress.Total, $"ε {Figures.Epsilon(progress.EpsilonSpent)} spent{money}");
    }

    private static string Title(RunProgress progress) => progress.Stage switch
    {
        RunStage.Planning => "Planning",
        RunStage.Embedding => "Embedding",
        RunStage.Publishing => "Publishing",
        RunStage.Ended => "Ending",
        _ => $"{progress.Stage} {progress.Iteration}/{progress.Iterations}",
    };
}
