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
    private readonly string _name = "q" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_message_stays_leased_while_its_function_runs_beyond_the_lease()
    {
        using var listener = await StartAsync(new HostJson(), lease: TimeSpan.FromSeconds(2));
        await SendAsync("slow");
        await _gate.UntilAsync(calls: 1);
        await Task.Delay(TimeSpan.FromSeconds(5));
        Assert.Equal(1, _gate.Calls);
        _gate.Open();
        await UntilEmptyAsync();
        await listener.StopAsync(CancellationToken.None);
        Assert.Equal(1, _gate.Calls);
    }

    [Fact]
    public async Task No_more_run_at_once_than_batch_size_and_threshold_allow()
    {
        using var listener = await StartAsync(new HostJson { BatchSize = 2, NewBatchThreshold = 1 }, TimeSpan.FromMinutes(10));
        foreach (var i in Enumerable.Range(0, 12))
        {
            await SendAsync($"{i}");
        }

        await _gate.UntilAsync(calls: 2);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.InRange(_gate.Calls, 2, 3);
        _gate.Open();
        await UntilEmptyAsync();
        await listener.StopAsync(CancellationToken.None);
        Assert.Equal(12, _gate.Calls);
        Assert.InRange(_gate.Most, 1, 3);
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
            new QueueServiceClient(azurite.Azurite.ExchangeStorage),
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

    public sealed class Gate
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private int _running;

        public int Calls { get; private set; }

        public int Most { get; private set; }

        public void Open() => _open.TrySetResult();

        public async Task PassAsync(CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                Calls++;
                Most = Math.Max(Most, ++_running);
            }

            try
            {
                await _open.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                lock (_lock)
                {
                    _running--;
                }
            }
        }

        public async Task UntilAsync(int calls)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (Calls < calls)
            {
                await Task.Delay(10, limit.Token);
            }
        }
    }

    public sealed class Gated(Gate gate)
    {
        [Function("Gated")]
        public Task RunAsync([QueueTrigger("unused")] string text, CancellationToken cancellationToken) => gate.PassAsync(cancellationToken);
    }
}
