using Azure.Storage.Blobs;
using DpSynth.LocalHost.Durable;
using DpSynth.LocalHost.Functions;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpSynth.LocalHost.Tests.Durable;

/// <summary>An engine over a hub of its own, which can be stopped before any write and started again on the same storage.</summary>
public sealed class EngineHarness : IAsyncDisposable
{
    private readonly BlobServiceClient _storage;
    private readonly Type[] _functions;
    private readonly ServiceProvider _services;
    private JournaledOrchestrationEngine? _engine;
    private int _writesLeft = int.MaxValue;
    private TaskCompletionSource _frozen = new();

    public EngineHarness(string connectionString, params Type[] functions)
        : this(connectionString, new Effects(), functions)
    {
    }

    public EngineHarness(string connectionString, Effects effects, params Type[] functions)
    {
        _storage = new BlobServiceClient(connectionString);
        _functions = functions;
        Effects = effects;
        _services = new ServiceCollection().AddSingleton(effects).BuildServiceProvider();
    }

    public string Hub { get; } = "t" + Guid.NewGuid().ToString("N");

    public Effects Effects { get; }

    public DurableTaskClient Client => new LocalDurableTaskClient(Engine, Hub);

    /// <summary>Completes when the engine stands still before a write.</summary>
    public Task Frozen => _frozen.Task;

    public BlobContainerClient Container => _storage.GetBlobContainerClient(Hub + "-journal");

    private JournaledOrchestrationEngine Engine => _engine ?? throw new InvalidOperationException("The engine is not running.");

    public async Task<EngineHarness> StartAsync(int? freezeBeforeWrite = null)
    {
        _writesLeft = freezeBeforeWrite ?? int.MaxValue;
        _frozen = new TaskCompletionSource();
        var frozen = _frozen;
        var store = new JournalStore(_storage, Hub)
        {
            BeforeWriteAsync = async stop =>
            {
                if (Interlocked.Decrement(ref _writesLeft) < 0)
                {
                    frozen.TrySetResult();
                    await Task.Delay(Timeout.Infinite, stop);
                }
            },
        };
        var invoker = new FunctionInvoker(FunctionCatalog.Read(_functions), _services);
        _engine = new JournaledOrchestrationEngine(store, invoker, 8, NullLoggerFactory.Instance, TimeProvider.System);
        await _engine.StartAsync(CancellationToken.None);
        return this;
    }

    /// <summary>Ends the engine as a crash would: nothing more is written.</summary>
    public async Task CrashAsync()
    {
        if (_engine is { } engine)
        {
            _engine = null;
            await engine.DisposeAsync();
        }
    }

    public async Task RestartAsync(params Type[] otherFunctions)
    {
        await CrashAsync();
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
        await CrashAsync();
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
