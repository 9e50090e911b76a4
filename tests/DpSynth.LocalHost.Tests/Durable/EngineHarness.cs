using DpSynth.LocalHost.Durable;
using DpSynth.LocalHost.Functions;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpSynth.LocalHost.Tests.Durable;

/// <summary>An engine over a hub of its own, which can be stopped before any write and started again on the same storage.</summary>
public sealed class EngineHarness : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly Type[] _functions;
    private readonly ServiceProvider _services;
    private DurableEngine? _engine;
    private FailingStorage? _storage;

    public EngineHarness(string connectionString, params Type[] functions)
        : this(connectionString, new Effects(), functions)
    {
    }

    public EngineHarness(string connectionString, Effects effects, params Type[] functions)
    {
        _connectionString = connectionString;
        _functions = functions;
        Effects = effects;
        _services = new ServiceCollection().AddSingleton(effects).BuildServiceProvider();
    }

    public string Hub { get; init; } = "t" + Guid.NewGuid().ToString("N")[..20];

    /// <summary>Of two harnesses on one hub each needs its own.</summary>
    public string HostId { get; init; } = "the-host";

    /// <summary>How long what a crash left in hand stays hidden; on a busy machine storage may take seconds to answer.</summary>
    public TimeSpan Visibility { get; init; } = TimeSpan.FromSeconds(12);

    public bool IsShared { get; init; }

    public Effects Effects { get; }

    public DurableTaskClient Client => new HubClient(Engine.Service, Hub);

    /// <summary>Completes when the engine stands still before a write.</summary>
    public Task Frozen => _storage!.Frozen;

    private DurableEngine Engine => _engine ?? throw new InvalidOperationException("The engine is not running.");

    public async Task<EngineHarness> StartAsync(int? freezeBeforeWrite = null)
    {
        _storage = new FailingStorage(_connectionString, freezeBeforeWrite ?? int.MaxValue);
        _engine = new DurableEngine(
            new HubSettings
            {
                HubName = Hub,
                Storage = _storage.Clients,
                HostId = HostId,
                IsShared = IsShared,
                MaxConcurrentActivities = 8,
                MaxConcurrentOrchestrators = 10,
                Visibility = Visibility,
                Lease = TimeSpan.FromSeconds(2),
            },
            new FunctionInvoker(FunctionCatalog.Read(_functions), _services),
            NullLoggerFactory.Instance);
        await _engine.StartAsync(CancellationToken.None);
        return this;
    }

    /// <summary>Ends the engine as a crash would: nothing more is read or written.</summary>
    public void Crash()
    {
        _storage?.Vanish();
        _engine = null;
    }

    public async Task StopAsync()
    {
        if (_engine is { } engine)
        {
            _engine = null;
            await engine.DisposeAsync();
        }
    }

    public async Task RestartAsync(params Type[] otherFunctions)
    {
        await StopAsync();
        if (otherFunctions.Length > 0)
        {
            otherFunctions.CopyTo(_functions, 0);
        }

        await StartAsync();
    }

    public Task<string> BeginAsync(string orchestrator, object? input = null, string? id = null) =>
        Client.ScheduleNewOrchestrationInstanceAsync(
            orchestrator, input, new Microsoft.DurableTask.StartOrchestrationOptions(id), CancellationToken.None);

    public async Task<OrchestrationMetadata> EndOfAsync(string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await Client.WaitForInstanceCompletionAsync(id, true, limit.Token);
    }

    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null) =>
        await EndOfAsync(await BeginAsync(orchestrator, input));

    /// <summary>Waits until the instance's custom status is the given text.</summary>
    public async Task UntilStatusAsync(string id, string status)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await Client.GetInstanceAsync(id, true, limit.Token))?.SerializedCustomStatus != $"\"{status}\"")
        {
            await Task.Delay(10, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // An orderly end takes seconds, and leaves the hub to nobody.
        Crash();
        await _services.DisposeAsync();
    }
}

/// <summary>What activities did, as the outside world would remember it.</summary>
public sealed class Effects
{
    private readonly Lock _lock = new();
    private readonly List<string> _done = [];

    public IReadOnlyList<string> Done
    {
        get
        {
            lock (_lock)
            {
                return [.. _done];
            }
        }
    }

    public int Add(string effect)
    {
        lock (_lock)
        {
            _done.Add(effect);
            return _done.Count(e => e == effect);
        }
    }
}
