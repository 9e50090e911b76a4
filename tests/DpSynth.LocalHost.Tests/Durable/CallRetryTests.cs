using DpSynth.LocalHost.Durable;
using Microsoft.DurableTask;

namespace DpSynth.LocalHost.Tests.Durable;

public sealed class CallRetryTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 6)]
    [InlineData(3, 18)]
    [InlineData(4, 30)]
    [InlineData(4000, 30)]
    public void Waits_grow_by_the_coefficient_up_to_the_longest(int failures, int seconds)
    {
        var policy = new RetryPolicy(9999, TimeSpan.FromSeconds(2), 3, TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.FromSeconds(seconds), CallRetry.Delay(policy, failures));
    }

    [Fact]
    public void Version_5_guids_depend_on_instance_time_and_counter()
    {
        var now = new DateTime(2025, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        Assert.Equal(DeterministicGuid.Create("a", now, 0), DeterministicGuid.Create("a", now, 0));
        Guid[] all =
        [
            DeterministicGuid.Create("a", now, 0), DeterministicGuid.Create("a", now, 1),
            DeterministicGuid.Create("b", now, 0), DeterministicGuid.Create("a", now.AddTicks(1), 0),
        ];
        Assert.Equal(4, all.Distinct().Count());
    }
}
