using DpSynth.Cli.Host;
using DpSynth.Functions;
using DpSynth.LocalHost;

namespace DpSynth.Cli.Tests.Host;

/// <summary>The documentation promises that what a killed host had in hand is taken up within this time, a look into the queues included.</summary>
public sealed class TakingUpTests
{
    private static readonly TimeSpan _promised = TimeSpan.FromSeconds(15);

    [Fact]
    public void Jobs_of_a_hosts_own_worker_are_taken_up_in_time() =>
        Assert.InRange(InProcessWorker.Lease, TimeSpan.FromSeconds(5), _promised - TimeSpan.FromSeconds(2));

    [Fact]
    public void Queue_messages_in_a_hosts_hand_are_taken_up_in_time()
    {
        var options = new LocalHostOptions { FunctionAssembly = typeof(FunctionApp).Assembly, ConfigureServices = FunctionApp.AddServices };
        Assert.InRange(options.QueueLease + options.MaxPollingInterval, TimeSpan.FromSeconds(5), _promised);
    }
}
