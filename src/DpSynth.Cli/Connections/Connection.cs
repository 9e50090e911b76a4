using DpSynth.Catalogue;
using DpSynth.Ledgers;
using DpSynth.Storage;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Sharing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.Cli.Connections;

/// <summary>The storage a command works on and, where there is one, the host that serves it.</summary>
public sealed class Connection : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly HttpClient? _api;
    private readonly IAsyncDisposable? _owned;

    /// <summary>Opens the stores.</summary>
    /// <param name="settings">Holds <c>PrivateStorage</c> and <c>AzureWebJobsStorage</c>.</param>
    /// <param name="endpoint">The host's address, such as <c>http://127.0.0.1:7071</c>; null if none is running.</param>
    /// <param name="functionKey">The key the API asks for in Azure; null for none.</param>
    /// <param name="owned">What was started for this command and ends with it.</param>
    /// <param name="policies">What the stores' clients must be made with; null for nothing.</param>
    internal Connection(
        IConfiguration settings, Uri? endpoint, string? functionKey = null, IAsyncDisposable? owned = null, BlobCallPolicies? policies = null)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(settings).AddSingleton(RequestParts.Json).AddPrivateStorage(settings)
            .AddExchangeStorage(settings);
        if (policies is not null)
        {
            services.AddSingleton(policies);
        }

        _services = services.BuildServiceProvider();
        _owned = owned;
        Endpoint = endpoint;
        if (endpoint is not null)
        {
            _api = new HttpClient { BaseAddress = endpoint, Timeout = TimeSpan.FromSeconds(30) };
            if (functionKey is not null)
            {
                _api.DefaultRequestHeaders.Add("x-functions-key", functionKey);
            }
        }
    }

    /// <summary>The host's address; null if none is running.</summary>
    public Uri? Endpoint { get; }

    /// <summary>Whether a host is known that serves the storage.</summary>
    public bool IsServed => _api is not null;

    /// <summary>The private account.</summary>
    public PrivateAccount PrivateAccount => Get<PrivateAccount>();

    /// <summary>The exchange account.</summary>
    public ExchangeAccount ExchangeAccount => Get<ExchangeAccount>();

    /// <summary>The private side's store.</summary>
    public PrivateStore PrivateStore => Get<PrivateStore>();

    /// <summary>The budgets.</summary>
    public IPrivacyLedger Ledger => Get<IPrivacyLedger>();

    /// <summary>The owner's acts on the ledgers.</summary>
    public ILedgerAdministration LedgerAdministration => Get<ILedgerAdministration>();

    /// <summary>The accepted and rejected requests.</summary>
    public IRunRegistry Registry => Get<IRunRegistry>();

    /// <summary>The public side's store.</summary>
    public ICandidateStore Candidates => Get<ICandidateStore>();

    /// <summary>The releases.</summary>
    public IReleaseStore Releases => Get<IReleaseStore>();

    /// <summary>What is known of runs: from the host if one is running, else from what lies in the storage.</summary>
    public IRunSource Runs => _api is null ? new StoredRuns(new RunQueries(Registry, Get<ISharedRecords>()), Releases, Candidates, Ledger) : new ApiRuns(_api);

    /// <summary>Makes the containers and queues that are not there yet.</summary>
    public async Task EnsureCreatedAsync(CancellationToken cancellationToken)
    {
        await PrivateAccount.EnsureCreatedAsync(cancellationToken);
        await ExchangeAccount.EnsureCreatedAsync(cancellationToken);
    }

    /// <summary>Closes the clients, and ends what was started for the command.</summary>
    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        await _services.DisposeAsync();
        if (_owned is not null)
        {
            await _owned.DisposeAsync();
        }
    }

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();
}
