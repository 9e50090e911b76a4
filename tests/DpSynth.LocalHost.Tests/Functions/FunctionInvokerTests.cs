using DpSynth.LocalHost.Functions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.LocalHost.Tests.Functions;

public sealed class FunctionInvokerTests
{
    private static readonly FunctionCatalog _catalog = FunctionCatalog.Read([typeof(PatientApp)]);

    [Fact]
    public async Task Function_is_cancelled_when_its_time_is_up_and_has_failed()
    {
        var late = await Assert.ThrowsAsync<TimeoutException>(() => InvokeAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None));

        Assert.Contains("'Patient' took longer than the functionTimeout of host.json", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Function_whose_host_stops_is_cancelled_and_has_not_failed()
    {
        using var stop = new CancellationTokenSource();
        var invocation = InvokeAsync(TimeSpan.FromMinutes(5), stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invocation);
    }

    private static async Task InvokeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await new FunctionInvoker(_catalog, services, timeout).InvokeAsync(
            _catalog.Functions[0], _ => "", new Dictionary<string, object?>(), cancellationToken);
    }

    private static class PatientApp
    {
        [Function("Patient")]
        public static Task RunAsync([QueueTrigger("patience")] string message, CancellationToken cancellationToken) =>
            Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
