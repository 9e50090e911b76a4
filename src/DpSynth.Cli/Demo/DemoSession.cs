using DpSynth.Cli.Connections;
using DpSynth.Cli.Datasets.Sources;
using DpSynth.Cli.Datasets.Uploading;
using DpSynth.Cli.Host;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Runs.Watching;
using DpSynth.Cli.Terminals;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Demo;

/// <summary>What all demos do: a host on this machine, the public dataset that plays the private one, a run from request to release.</summary>
internal sealed class DemoSession : IAsyncDisposable
{
    // The data are public; a private dataset's owner chooses for themselves.
    private const double Cap = 10;
    private const double CapDelta = 1e-5;

    private readonly CommandContext _context;
    private readonly long _started = TimeProvider.System.GetTimestamp();

    private DemoSession(CommandContext context, Connection connection) => (_context, Connection) = (context, connection);

    /// <summary>The storage.</summary>
    public Connection Connection { get; }

    /// <summary>From the start of the session.</summary>
    public TimeSpan Took => TimeProvider.System.GetElapsedTime(_started);

    /// <summary>Connects to the host on the data folder, or starts one.</summary>
    public static Task<DemoSession> StartAsync(CommandContext context, CancellationToken cancellationToken) =>
        StartAsync(context, () => new Connector(context.Surroundings, say: null).ConnectAsync(needHost: true, cancellationToken), cancellationToken);

    /// <summary>Starts a host whose worker has further settings.</summary>
    /// <exception cref="CommandException">A host runs on the data folder already.</exception>
    public static Task<DemoSession> StartAsync(
        CommandContext context, IReadOnlyList<KeyValuePair<string, string?>> workerSettings, CancellationToken cancellationToken) =>
        StartAsync(context, () => new Connector(context.Surroundings, say: null).StartOwnHostAsync(workerSettings, cancellationToken), cancellationToken);

    /// <summary>
    /// Uploads the dataset of a run unless it is there from an earlier time; what of it was cut short is replaced. A dataset without a policy gets one
    /// that the run fits.
    /// </summary>
    public async Task UploadAsync(
        DemoRequest request, Func<CancellationToken, Task<IReadOnlyList<SourceClass>>> read, CancellationToken cancellationToken)
    {
        var dataset = request.Dataset;
        await UploadImagesAsync(dataset, read, cancellationToken);
        if ((await Connection.Ledger.ReadAsync(dataset, cancellationToken)).Policy is not null)
        {
            return;
        }

        var listing = await Connection.PrivateStore.ListDatasetAsync(dataset, cancellationToken);
        string[] classes = [.. (listing?.Blobs ?? []).Select(blob => blob.ClassName).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        var cap = new LedgerCap(Cap, CapDelta);
        var budget = await Connection.LedgerAdministration.SetPolicyAsync(
            dataset,
            new DatasetPolicy { Classes = classes.Length == 0 ? null : [.. classes], LargestRun = new LedgerCap(Cap, request.Delta) },
            cap,
            by: null,
            "a demonstration on public data",
            cancellationToken);
        _context.Terminal.Say($"Policy of '{dataset}', approved for this demonstration: {PolicyReport.Of(budget)!.Meaning}");
    }

    private async Task UploadImagesAsync(
        string dataset, Func<CancellationToken, Task<IReadOnlyList<SourceClass>>> read, CancellationToken cancellationToken)
    {
        var uploader = new DatasetUploader(Connection.PrivateAccount.Data, _context.Terminal);
        if (await Connection.PrivateStore.ListDatasetAsync(dataset, cancellationToken) is not null)
        {
            if (!await uploader.IsUnfinishedAsync(dataset, cancellationToken))
            {
                _context.Terminal.Say($"The dataset '{dataset}' is there from an earlier time.");
                return;
            }

            await uploader.RemoveAsync(dataset, cancellationToken);
        }

        await uploader.UploadAsync(dataset, await read(cancellationToken), loose: false, cancellationToken);
    }

    /// <summary>Refuses a run that the dataset's budget has no room for, before anything starts.</summary>
    /// <param name="request">The run.</param>
    /// <param name="publicName">The public data's name, which begins a sentence.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task CheckBudgetAsync(DemoRequest request, string publicName, CancellationToken cancellationToken)
    {
        var budget = await ReadBudgetAsync(request.Dataset, cancellationToken);
        if (!budget.Admits(request.Epsilon, request.Delta))
        {
            throw new CommandException(
                ExitCode.Refused,
                $"The dataset '{budget.Dataset}' may cost ε {Figures.Epsilon(budget.TotalEpsilon)} in all and has "
                    + $"ε {Figures.Epsilon(budget.RemainingEpsilon)} left (at δ {Figures.Delta(budget.Delta)}), too little for this run.\n"
                    + $"{publicName} is public, so raise it: ./dpsynth budget set {budget.Dataset} --epsilon "
                    + $"{Figures.Epsilon(2 * Math.Max(budget.TotalEpsilon, request.Epsilon))} --reason \"a public dataset\" --confirm");
        }
    }

    /// <summary>What the dataset may still cost.</summary>
    public async Task<BudgetReport> ReadBudgetAsync(string dataset, CancellationToken cancellationToken) =>
        BudgetReport.Of(await Connection.Ledger.ReadAsync(dataset, cancellationToken));

    /// <summary>Submits a request and watches its run; a demo that is cut short takes its run with it.</summary>
    /// <returns>The ended run, and its release on this machine if it succeeded.</returns>
    public async Task<(RunView Run, DownloadedRelease? Release)> RunAsync(DemoRequest request, CancellationToken cancellationToken)
    {
        var submitted = await RunSubmitter.SubmitAsync(Connection, request.Json, cancellationToken);
        var run = await WatchAsync(submitted, cancellationToken);
        if (run.State != RunState.Succeeded)
        {
            return (run, null);
        }

        var folder = Path.Combine(_context.Surroundings.DataFolder, "demo", run.Id);
        return (run, await ReleaseDownload.CopyAsync(Connection.Releases, run.Id, folder, _context.Terminal, cancellationToken));
    }

    /// <summary>Lets the host go on until Ctrl+C, if that was asked for and it is this session's.</summary>
    public async Task KeepAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        if (options.Keep && Connection.Endpoint is { } endpoint)
        {
            _context.Terminal.Say($"The host stays at {new Uri(endpoint, "api/runs")} until Ctrl+C.");
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private static async Task<DemoSession> StartAsync(CommandContext context, Func<Task<Connection>> connect, CancellationToken cancellationToken)
    {
        using var stage = context.Terminal.Begin("Starting", "", 0);
        var connection = await connect();
        var session = new DemoSession(context, connection);
        try
        {
            await connection.EnsureCreatedAsync(cancellationToken);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }

        stage.Complete();
        return session;
    }

    private async Task<RunView> WatchAsync(SubmittedRequest submitted, CancellationToken cancellationToken)
    {
        try
        {
            return await new RunWatcher(Connection.Runs, _context.Terminal).WatchAsync(submitted, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // A run outlives its host and would go on beside the next demo; nobody waits for this one any more.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await Connection.Runs.CancelAsync(submitted.Request.RunId, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }
}
