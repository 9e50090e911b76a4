using DpSynth.Cli.Connections;
using DpSynth.Cli.Terminals;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Spending;

namespace DpSynth.Cli.Runs.Watching;

/// <summary>Shows a run's stages as they pass, until it has ended.</summary>
public sealed class RunWatcher(IRunSource runs, Terminal terminal)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(250);

    private IProgressStage? _stage;
    private (RunStage Stage, int Iteration)? _shown;

    /// <summary>Watches a run to its end.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="known">Whether the run must be known already; if not, one that nobody knows of yet is waited for.</param>
    /// <param name="cancellationToken">Stops the watching; the run goes on.</param>
    /// <exception cref="CommandException">There is no such run.</exception>
    public async Task<RunView> WatchAsync(string runId, bool known, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var view = await runs.FindAsync(runId, cancellationToken);
                if (view is null && known)
                {
                    throw new CommandException(ExitCode.NotFound, $"There is no run '{runId}'.");
                }

                if (view is { State: not (RunState.Pending or RunState.Running) })
                {
                    _stage?.Complete();
                    return view;
                }

                known |= view is not null;
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
