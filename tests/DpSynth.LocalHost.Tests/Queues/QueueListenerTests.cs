using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using DpSynth.LocalHost.Functions;
using DpSynth.LocalHost.Queues;
using DpSynth.LocalHost.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpSynth.LocalHost.Tests.Queues;

[Collection(AzuriteCollection.Name)]
public sealed class QueueListenerTests(AzuriteFixture azurite)
{
    private readonly Gate _gate = new();
    private readonly QueueCalls _calls = new();
    private readonly string _name = "q" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_message_stays_leased_while_its_function_runs_beyond_the_lease()
    {
        var lease = TimeSpan.FromSeconds(2);
        using var listener = await StartAsync(new HostJson(), lease);
        await SendAsync("slow");
        await _gate.UntilAsync(calls: 1);
        var began = TimeProvider.System.GetTimestamp();

        // Renewed at half: the fifth time, it would have come again twice.
        await _calls.UntilAsync(renewals: 5);
        Assert.True(TimeProvider.System.GetElapsedTime(began) > 2 * lease);
        Assert.Equal(1, _gate.Calls);
        _gate.Open();
        await UntilEmptyAsync();
        await listener.StopAsync(CancellationToken.None);
        Assert.Equal(1, _gate.Calls);
    }

    [Fact]
    public async Task No_more_run_at_once_than_batch_size_and_threshold_allow()
    {
        foreach (var i in Enumerable.Range(0, 12))
        {
            await SendAsync($"{i}");
        }

        // Whenever the listener asks for more, it may get a whole batch beside what runs.
        var running = new ConcurrentQueue<int>();
        _calls.Asks = () => running.Enqueue(_gate.Running);
        using var listener = await StartAsync(new HostJson { BatchSize = 2, NewBatchThreshold = 1 }, TimeSpan.FromMinutes(10));
        for (var begun = 2; begun <= 12; begun += 2)
        {
            // A batch comes beside the one that is left of the last.
            await _gate.UntilAsync(begun);
            _gate.LetPass(begun == 2 ? 1 : 2);
        }

        _gate.Open();
        await UntilEmptyAsync();
        await listener.StopAsync(CancellationToken.None);
        Assert.Equal((12, 3), (_gate.Calls, _gate.Most));
        Assert.All(running, already => Assert.InRange(already, 0, 1));
        Assert.Contains(1, running);
    }

    [Fact]
    public async Task A_message_whose_function_the_stop_interrupted_comes_again_at_once()
    {
        using (var listener = await StartAsync(new HostJson(), TimeSpan.FromMinutes(10)))
        {
            await SendAsync("interrupted");
            await _gate.UntilAsync(calls: 1);
            await listener.StopAsync(CancellationToken.None);
        }

        _gate.Open();
        using var next = await StartAsync(new HostJson(), TimeSpan.FromMinutes(10));
        await _gate.UntilAsync(calls: 2);
        await next.StopAsync(CancellationToken.None);
    }

    private async Task<QueueListener> StartAsync(HostJson settings, TimeSpan lease)
    {
        var catalog = FunctionCatalog.Read([typeof(Gated)]);
        var services = new ServiceCollection().AddSingleton(_gate).BuildServiceProvider();
        var listener = new QueueListener(
            catalog.Functions[0],
            new QueueServiceClient(azurite.Azurite.ExchangeStorage, _calls.Options()),
            _name,
            settings with { QueueLease = lease },
            new FunctionInvoker(catalog, services),
            NullLogger<QueueListener>.Instance);
        await listener.StartAsync(CancellationToken.None);
        return listener;
    }

    private QueueClient Queue() => new(azurite.Azurite.ExchangeStorage, _name);

    private async Task SendAsync(string text)
    {
        await Queue().CreateIfNotExistsAsync();
        await Queue().SendMessageAsync(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text)));
    }

    private async Task UntilEmptyAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await Queue().GetPropertiesAsync(limit.Token)).Value.ApproximateMessagesCount > 0)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Lets calls wait until the test lets them pass.</summary>
    public sealed class Gate
    {
        private readonly SemaphoreSlim _open = new(0);
        private readonly Milestones _begun = new();
        private readonly Lock _lock = new();

        public int Calls => _begun.Reached;

        public int Running { get; private set; }

        public int Most { get; private set; }

        public void LetPass(int calls) => _open.Release(calls);

        public void Open() => LetPass(1000);

        public Task UntilAsync(int calls) => _begun.UntilAsync(calls);

        public async Task PassAsync(CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                Most = Math.Max(Most, ++Running);
            }

            _begun.Reach();
            try
            {
                await _open.WaitAsync(cancellationToken);
            }
            finally
            {
                lock (_lock)
                {
                    Running--;
                }
            }
        }
    }

    /// <summary>What a listener asks of its queue, as it goes out.</summary>
    private sealed class QueueCalls : HttpPipelineSynchronousPolicy
    {
        private readonly Milestones _renewals = new();

        /// <summary>Called when it asks for messages.</summary>
        public Action Asks { get; set; } = static () => { };

        public Task UntilAsync(int renewals) => _renewals.UntilAsync(renewals);

        public QueueClientOptions Options()
        {
            var options = new QueueClientOptions();
            options.AddPolicy(this, HttpPipelinePosition.PerCall);
            return options;
        }

        public override void OnSendingRequest(HttpMessage message)
        {
            if (message.Request.Method == RequestMethod.Get && message.Request.Uri.Path.EndsWith("/messages", StringComparison.Ordinal))
            {
                Asks();
            }
        }

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (message.Request.Method == RequestMethod.Put && message.Request.Uri.Path.Contains("/messages/", StringComparison.Ordinal)
                && !message.Response.IsError)
            {
                _renewals.Reach();
            }
        }
    }

    /// <summary>Counts, and tells who waits for a count.</summary>
    private sealed class Milestones
    {
        private readonly Lock _lock = new();
        private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];

        public int Reached { get; private set; }

        public void Reach()
        {
            lock (_lock)
            {
                Reached++;
                foreach (var (_, reached) in _waiting.Where(one => one.Count <= Reached))
                {
                    reached.TrySetResult();
                }
            }
        }

        public Task UntilAsync(int count)
        {
            lock (_lock)
            {
                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (Reached >= count)
                {
                    reached.SetResult();
                }

                _waiting.Add((count, reached));
                return reached.Task.WaitAsync(TimeSpan.FromMinutes(1));
            }
        }
    }

    public sealed class Gated(Gate gate)
    {
        [Function("Gated")]
        public Task RunAsync([QueueTrigger("unused")] string text, CancellationToken cancellationToken) => gate.PassAsync(cancellationToken);
    }
}
