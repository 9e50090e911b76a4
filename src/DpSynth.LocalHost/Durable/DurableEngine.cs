using DurableTask.AzureStorage;
using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost.Durable;

/// <summary>
/// Runs the app's orchestrators and activities on the Durable Task Framework with its Azure Storage backend, as Durable Functions does in
/// Azure.
/// </summary>
internal sealed partial class DurableEngine : IAsyncDisposable
{
    /// <summary>How long the end of what is at work is waited for; without storage the framework would wait ten minutes.</summary>
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskHubWorker _worker;
    private readonly ILogger _logger;
    private readonly bool _isAnew;
    private bool _isStarted;

    public DurableEngine(HubSettings settings, ITaskFunctions functions, ILoggerFactory loggerFactory)
    {
        HubName = settings.HubName;
        _isAnew = settings.HasDied;
        _logger = loggerFactory.CreateLogger<DurableEngine>();
        Service = new AzureStorageOrchestrationService(settings.ForService(loggerFactory));
        var shims = new DurableTaskShimFactory(
            new DurableTaskWorkerOptions { DataConverter = WorkerDataConverter.Instance }, loggerFactory);
        _worker = new TaskHubWorker(
            Service,
            new ByName<TaskOrchestration>(name => new FunctionOrchestration(
                name, functions.FindOrchestrator(name) ?? (_ => throw new FunctionNotFoundException("orchestrator", name)), shims, loggerFactory)),
            new ByName<TaskActivity>(name => new FunctionActivity(name, functions, _stop.Token)),
            loggerFactory)
        {
            ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails,
        };
        _worker.AddOrchestrationDispatcherMiddleware((dispatch, next) => FunctionOrchestration.TakeTurnAsync(dispatch, next, Wake));
        _worker.AddActivityDispatcherMiddleware((dispatch, next) => FunctionActivity.CallAsync(dispatch, next, functions));
    }

    /// <summary>The task hub's name.</summary>
    public string HubName { get; }

    /// <summary>The task hub.</summary>
    public AzureStorageOrchestrationService Service { get; }

    /// <summary>Makes the hub if there is none, and starts to work on it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_isAnew)
        {
            await Service.DeleteAsync().WaitAsync(cancellationToken);
        }

        await Service.CreateIfNotExistsAsync().WaitAsync(cancellationToken);
        await _worker.StartAsync().WaitAsync(cancellationToken);
        _isStarted = true;
    }

    /// <summary>Stops: running activities are cancelled, and what has not ended goes on with the next start, or on another host.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        if (_isStarted)
        {
            try
            {
                await _worker.StopAsync(isForced: false).WaitAsync(_grace);
            }
            catch (TimeoutException)
            {
                LogStillRunning(_logger, _grace.TotalSeconds);
            }
        }
    }

    /// <summary>Has an instance take another turn, by an event that its orchestrator never sees.</summary>
    private void Wake(string instanceId) => _ = Task.Run(async () =>
    {
        try
        {
            await Service.SendTaskOrchestrationMessageAsync(new TaskMessage
            {
                OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId },
                Event = new EventRaisedEvent(-1, null) { Name = nameof(Wake) },
            });
        }
        catch (Exception exception)
        {
            LogWake(_logger, exception, instanceId);
        }
    });

    [LoggerMessage(Level = LogLevel.Warning, Message = "Orchestration work did not end within {Seconds} s; it goes on with the next start.")]
    private static partial void LogStillRunning(ILogger logger, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Orchestration instance {InstanceId} awaits something that is not durable, and could not be told so.")]
    private static partial void LogWake(ILogger logger, Exception exception, string instanceId);

    /// <summary>Makes an object for each call.</summary>
    private sealed class ByName<T>(Func<string, T> make) : INameVersionObjectManager<T>
    {
        public void Add(ObjectCreator<T> creator) => throw new NotSupportedException("What can be run is read off the app's functions.");

        public T GetObject(string name, string? version) => make(name);
    }
}
