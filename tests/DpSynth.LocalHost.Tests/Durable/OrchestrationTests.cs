using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DpSynth.LocalHost.Tests.Durable;

[Collection(AzuriteCollection.Name)]
public sealed class OrchestrationTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly EngineHarness _host =
        new(azurite.Azurite.ExchangeStorage, typeof(SampleActivities), typeof(SampleOrchestrations));

    public Task InitializeAsync() => _host.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Fan_out_gathers_every_result()
    {
        var end = await _host.RunAsync("FanOut", 20);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(2870, end.ReadOutputAs<int>());
        Assert.Equal(20, end.ReadInputAs<int>());
        Assert.Equal(20, _host.Effects.Done.Count);
    }

    [Fact]
    public async Task Records_pass_through_and_names_ignore_case() =>
        Assert.Equal(new Point(2, 1), (await _host.RunAsync("inputbyparameter", new Point(1, 2))).ReadOutputAs<Point>());

    [Theory]
    [InlineData(3, "ready", 3)]
    [InlineData(2, "thing is not ready", 2)]
    public async Task A_retry_policy_counts_the_first_try(int attempts, string output, int calls)
    {
        Assert.Equal(output, (await _host.RunAsync("Retry", attempts)).ReadOutputAs<string>());
        Assert.Equal(calls, _host.Effects.Done.Count);
    }

    [Fact]
    public async Task A_failure_that_the_policy_does_not_handle_is_not_retried()
    {
        var end = await _host.RunAsync("RetryOnlyOthers");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Single(_host.Effects.Done);
        Assert.Contains("thing is not ready", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retry_handler_decides() =>
        Assert.Equal("ready", (await _host.RunAsync("RetryByHandler")).ReadOutputAs<string>());

    [Fact]
    public async Task A_missing_activity_fails_at_once()
    {
        var end = await _host.RunAsync("CallsNothing");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("no activity named 'Nothing'", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_orchestrator_fails_the_instance()
    {
        var end = await _host.RunAsync("NoSuchThing");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("'NoSuchThing'", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    /// <summary>The queue counts whole seconds from its own clock, so a timer may fire a little early.</summary>
    [Fact]
    public async Task A_timer_moves_the_clock_to_its_due_time_or_nearly_so() =>
        Assert.True((await _host.RunAsync("Clock")).ReadOutputAs<bool>());

    [Fact]
    public async Task A_wait_with_timeout_ends_by_the_timer() =>
        Assert.Equal("timeout", (await _host.RunAsync("EventOrTimeout", 30)).ReadOutputAs<string>());

    [Fact]
    public async Task A_wait_with_timeout_ends_by_the_event()
    {
        var id = await _host.BeginAsync("EventOrTimeout", 3_600_000);
        await _host.Client.RaiseEventAsync(id, "GO", "now");
        Assert.Equal("now", (await _host.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Events_nobody_waits_for_are_kept_in_order()
    {
        var id = await _host.BeginAsync("Collect", 3);
        foreach (var item in new[] { "a", "b", "c" })
        {
            await _host.Client.RaiseEventAsync(id, "item", item);
        }

        await _host.Client.RaiseEventAsync(id, "start", "");
        Assert.Equal("a,b,c", (await _host.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task The_newest_waiter_is_served_first()
    {
        var id = await _host.BeginAsync("NewestFirst");
        await _host.UntilStatusAsync(id, "waiting");
        await _host.Client.RaiseEventAsync(id, "item", "1");
        await _host.Client.RaiseEventAsync(id, "item", "2");
        Assert.Equal("1,2", (await _host.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_cancelled_waiter_swallows_nothing()
    {
        var id = await _host.BeginAsync("CancelledWaiter");
        await _host.UntilStatusAsync(id, "waiting");
        await _host.Client.RaiseEventAsync(id, "item", "first");
        await _host.Client.RaiseEventAsync(id, "next", "");
        await _host.Client.RaiseEventAsync(id, "item", "second");
        Assert.Equal("True,first", (await _host.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Continuing_as_new_keeps_events_and_drops_history()
    {
        var id = await _host.BeginAsync("Generations", "");
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => _host.Client.RaiseEventAsync(id, "item", $"{i}")));
        var end = await _host.EndOfAsync(id);
        Assert.Equal("012", string.Concat(end.ReadOutputAs<string>()!.Order()));
        Assert.Equal("\"at 3\"", end.SerializedCustomStatus);
    }

    [Fact]
    public async Task A_hundred_generations_follow_each_other() =>
        Assert.Equal(100, (await _host.RunAsync("Countdown", new Point(100, 0))).ReadOutputAs<int>());

    [Fact]
    public async Task Continuing_as_new_can_forget_events()
    {
        var id = await _host.BeginAsync("Forgetful", 0);
        await _host.UntilStatusAsync(id, "first");
        await _host.Client.RaiseEventAsync(id, "item", "old");
        await _host.Client.RaiseEventAsync(id, "go", "");
        await _host.UntilStatusAsync(id, "second");
        await _host.Client.RaiseEventAsync(id, "item", "new");
        Assert.Equal("new", (await _host.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Sub_orchestrations_know_their_parent_and_return_results() =>
        Assert.Equal("Parent:1,Parent:4,Parent:9", (await _host.RunAsync("Parent")).ReadOutputAs<string>());

    [Fact]
    public async Task A_failed_sub_orchestration_can_be_caught() =>
        Assert.Equal("Throws: by intention", (await _host.RunAsync("ParentOfFailure")).ReadOutputAs<string>());

    [Fact]
    public async Task An_orchestrator_sends_events_to_another_instance()
    {
        var receiver = await _host.BeginAsync("EventOrTimeout", 3_600_000);
        await _host.RunAsync("Sender", receiver);
        Assert.Equal("hello", (await _host.EndOfAsync(receiver)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Guids_are_of_version_5_and_the_same_in_each_replay()
    {
        var id = await _host.BeginAsync("Guids");
        await _host.Client.WaitForInstanceStartAsync(id);
        await _host.Client.RaiseEventAsync(id, "go", "");
        var guids = (await _host.EndOfAsync(id)).ReadOutputAs<Guid[]>()!;
        Assert.All(guids, guid => Assert.Equal(5, guid.Version));
        Assert.NotEqual(guids[0], guids[1]);
    }

    [Theory]
    [InlineData("AwaitsDelay")]
    [InlineData("AwaitsPoolWhileWaiting")]
    public async Task Awaiting_what_is_not_durable_fails_the_instance(string orchestrator)
    {
        var end = await _host.RunAsync(orchestrator);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(typeof(InvalidOperationException).FullName, end.FailureDetails!.ErrorType);
        Assert.Contains("non-orchestrator thread", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_activity_can_ask_for_its_instance()
    {
        var id = await _host.BeginAsync("Whereami", null, "here");
        Assert.Equal("here", (await _host.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_running_instance_blocks_a_start_and_an_ended_one_does_not_by_default()
    {
        await _host.BeginAsync("Collect", 0, "one");
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => _host.BeginAsync("Collect", 0, "one"));
        await _host.Client.RaiseEventAsync("one", "start", "");
        await _host.EndOfAsync("one");
        await _host.BeginAsync("FanOut", 2, "one");
        Assert.Equal(5, (await _host.EndOfAsync("one")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task All_dedupe_statuses_together_allow_one_run_for_ever()
    {
        var options = new StartOrchestrationOptions("ever")
            .WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);
        await _host.Client.ScheduleNewOrchestrationInstanceAsync("FanOut", 1, options);
        await _host.EndOfAsync("ever");
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => _host.Client.ScheduleNewOrchestrationInstanceAsync("FanOut", 2, options));
        Assert.Equal(1, (await _host.EndOfAsync("ever")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task An_empty_dedupe_list_replaces_a_running_instance()
    {
        await _host.BeginAsync("Collect", 0, "replaced");
        await _host.Client.ScheduleNewOrchestrationInstanceAsync(
            "FanOut", 1, new StartOrchestrationOptions("replaced").WithDedupeStatuses());
        Assert.Equal(1, (await _host.EndOfAsync("replaced")).ReadOutputAs<int>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a#b")]
    [InlineData("@entity@key")]
    public async Task An_instance_id_with_forbidden_characters_is_refused(string id) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _host.BeginAsync("FanOut", 1, id));

    [Fact]
    public async Task Termination_ends_the_instance_and_its_children_if_asked()
    {
        var id = await _host.BeginAsync("Collect", 5);
        await _host.Client.TerminateInstanceAsync(id, "enough");
        var end = await _host.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("enough", end.ReadOutputAs<string>());
        await _host.Client.RaiseEventAsync(id, "start", "");
    }

    [Fact]
    public async Task A_suspended_instance_keeps_events_until_it_is_resumed()
    {
        var id = await _host.BeginAsync("Collect", 1);
        await _host.UntilStatusAsync(id, "waiting");
        await _host.Client.SuspendInstanceAsync(id, "wait");
        await _host.Client.RaiseEventAsync(id, "start", "");
        await _host.Client.RaiseEventAsync(id, "item", "x");
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await _host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await _host.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await _host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await _host.Client.ResumeInstanceAsync(id, "go on");
        Assert.Equal("x", (await _host.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Queries_filter_page_and_purge()
    {
        foreach (var i in Enumerable.Range(0, 5))
        {
            await _host.BeginAsync("FanOut", 1, $"done-{i}");
            await _host.EndOfAsync($"done-{i}");
        }

        await _host.BeginAsync("Collect", 1, "running");
        var completed = new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Completed], PageSize: 2);
        List<int> pages = [];
        await foreach (var page in _host.Client.GetAllInstancesAsync(completed).AsPages())
        {
            pages.Add(page.Values.Count);
        }

        Assert.Equal([2, 2, 1], pages);
        Assert.Equal(0, (await _host.Client.PurgeInstanceAsync("running")).PurgedInstanceCount);
        Assert.Equal(5, (await _host.Client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Completed]))).PurgedInstanceCount);
        Assert.Null(await _host.Client.GetInstanceAsync("done-1"));
        Assert.NotNull(await _host.Client.GetInstanceAsync("running"));
    }

    [Fact]
    public async Task An_event_for_nobody_is_dropped_and_an_unknown_instance_is_null()
    {
        await _host.Client.RaiseEventAsync("nobody", "go", 1);
        Assert.Null(await _host.Client.GetInstanceAsync("nobody"));
    }
}
