using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using DpSynth.Imaging;
using DpSynth.Storage.Tests;
using DpSynth.Synthesis.Generation;
using Microsoft.Extensions.Options;

namespace DpSynth.Worker.Tests;

public sealed class GenerationWorkerTests(AzuriteFixture azurite) : WorkerHarness(azurite)
{
    [Fact]
    public async Task Job_is_done_answered_and_taken_off_the_queue()
    {
        var runner = JobRunner.Instant();
        await EnqueueAsync(NewJob(3));
        await StartWorkerAsync(runner);
        Assert.Equal(new GenerationResult(RunId, 0, 3, null), Assert.Single(await ReceiveResultsAsync(1)));
        await AssertAllIsDoneAsync();
        Assert.Equal(NewJob(3), Assert.Single(runner.Begun));
    }

    [Fact]
    public async Task Nobody_else_gets_a_job_while_its_worker_lives()
    {
        var finish = new TaskCompletionSource();
        var runner = new JobRunner((_, _) => finish.Task);
        var renewals = new Renewals();
        await EnqueueAsync(NewJob());
        await StartWorkerAsync(
            runner,
            StorageWith(new QueueClient(Azurite.Configuration["AzureWebJobsStorage"], Jobs.Name, renewals.Options())),
            ("Worker:Lease", "00:00:02"),
            ("Worker:RenewEvery", "00:00:00.4"));
        await WaitUntilAsync(() => Task.FromResult(!runner.Begun.IsEmpty));
        var begun = TimeProvider.System.GetTimestamp();

        // As long as three leases take, a rival asks again and again.
        await WaitUntilAsync(async () =>
        {
            Assert.Empty((await Jobs.ReceiveMessagesAsync(1, TimeSpan.FromSeconds(1))).Value);
            return renewals.Count >= 15;
        });
        Assert.True(TimeProvider.System.GetElapsedTime(begun) > TimeSpan.FromSeconds(4));

        finish.SetResult();
        Assert.Single(await ReceiveResultsAsync(1));
        await AssertAllIsDoneAsync();
        Assert.Single(runner.Begun);
    }

    [Fact]
    public async Task Work_stops_unanswered_when_the_message_is_lost()
    {
        var cancelled = new TaskCompletionSource();
        var runner = new JobRunner(async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancelled.SetResult();
            cancellationToken.ThrowIfCancellationRequested();
        });
        await EnqueueAsync(NewJob());
        await StartWorkerAsync(runner, ("Worker:Lease", "00:00:02"), ("Worker:RenewEvery", "00:00:00.2"));
        await WaitUntilAsync(() => Task.FromResult(!runner.Begun.IsEmpty));
        await Jobs.ClearMessagesAsync();
        await cancelled.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await AssertAllIsDoneAsync();
    }

    [Fact]
    public async Task Job_under_way_is_broken_off_unanswered_when_its_run_ends()
    {
        var runner = new JobRunner((_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
        await EnqueueAsync(NewJob());
        await StartWorkerAsync(runner);
        await WaitUntilAsync(() => Task.FromResult(!runner.Begun.IsEmpty));
        await Candidates.MarkEndedAsync(RunId, None);
        await AssertAllIsDoneAsync();
        Assert.Single(runner.Begun);
    }

    [Fact]
    public async Task Job_of_a_worker_that_stops_goes_to_the_next_at_once()
    {
        var first = new JobRunner((_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
        await EnqueueAsync(NewJob());
        var stopping = await StartWorkerAsync(first, ("Worker:Lease", "01:00:00"), ("Worker:RenewEvery", "00:10:00"));
        await WaitUntilAsync(() => Task.FromResult(!first.Begun.IsEmpty));
        await StopAsync(stopping);

        var second = JobRunner.Instant();
        await StartWorkerAsync(second);
        Assert.Null(Assert.Single(await ReceiveResultsAsync(1)).Error);
        await AssertAllIsDoneAsync();
    }

    [Fact]
    public async Task Job_of_a_worker_that_stops_has_not_lost_a_try()
    {
        await EnqueueAsync(NewJob());
        for (var stops = 0; stops < 3; stops++)
        {
            var stopped = new JobRunner((_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
            var stopping = await StartWorkerAsync(stopped, ("Worker:MaxDequeueCount", "1"));
            await WaitUntilAsync(() => Task.FromResult(!stopped.Begun.IsEmpty));
            await StopAsync(stopping);
        }

        // The one try that there is counts.
        var last = new JobRunner((_, _) => throw new IOException("Not now."));
        await StartWorkerAsync(last, ("Worker:MaxDequeueCount", "1"));
        Assert.Contains("failed 1 times", Assert.Single(await ReceiveResultsAsync(1)).Error, StringComparison.Ordinal);
        await AssertAllIsDoneAsync();
        Assert.Equal(NewJob() with { Returns = 3 }, Assert.Single(last.Begun));
    }

    [Fact]
    public async Task Worker_that_stops_finishes_its_job_where_there_is_time_and_takes_no_other()
    {
        var finish = new TaskCompletionSource();
        var runner = new JobRunner((_, _) => finish.Task);
        await EnqueueAsync(NewJob(0), NewJob(1));
        var stopping = await StartWorkerAsync(runner, ("Worker:DrainTimeout", "00:01:00"));
        await WaitUntilAsync(() => Task.FromResult(!runner.Begun.IsEmpty));
        var stopped = StopAsync(stopping);
        finish.SetResult();
        await stopped;
        Assert.Null(Assert.Single(await ReceiveResultsAsync(1)).Error);
        Assert.Single(runner.Begun);
        Assert.Equal(1, (await Jobs.GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task Job_sent_three_times_is_made_once_and_answered_each_time()
    {
        var made = 0;
        var runner = new JobRunner(async (job, cancellationToken) =>
        {
            if (!await Candidates.ShardExistsAsync(job.ShardId, cancellationToken))
            {
                made++;
                var batch = new CandidateBatch(new ImageBatch(new ImageShape(2, 2, 1), 1), ReadOnlyMemory<float>.Empty, 1, 0);
                await Candidates.WriteShardAsync(job.ShardId, null, 0, batch, null, cancellationToken);
            }
        });
        await EnqueueAsync(NewJob(), NewJob(), NewJob());
        await StartWorkerAsync(runner);
        Assert.All(await ReceiveResultsAsync(3), result => Assert.Equal(new GenerationResult(RunId, 0, 0, null), result));
        await AssertAllIsDoneAsync();
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task Two_workers_share_twenty_jobs()
    {
        var both = new CountdownEvent(2);
        JobRunner[] runners = [NewRunner(), NewRunner()];
        await EnqueueAsync([.. Enumerable.Range(0, 20).Select(NewJob)]);
        foreach (var runner in runners)
        {
            await StartWorkerAsync(runner);
        }

        var results = await ReceiveResultsAsync(20);
        await AssertAllIsDoneAsync();
        Assert.Equal(Enumerable.Range(0, 20), results.Cast<GenerationResult>().Select(result => result.Shard).Order());
        Assert.Equal(20, runners.Sum(runner => runner.Begun.Count));
        Assert.All(runners, runner => Assert.NotEmpty(runner.Begun));

        // Each worker's first job waits for the other's.
        JobRunner NewRunner()
        {
            var isFirst = true;
            return new JobRunner((_, cancellationToken) =>
            {
                if (!isFirst)
                {
                    return Task.CompletedTask;
                }

                isFirst = false;
                both.Signal();
                return Task.Run(() => both.Wait(cancellationToken), cancellationToken);
            });
        }
    }

    [Fact]
    public async Task Job_that_keeps_failing_is_given_up_with_the_last_reason()
    {
        var runner = new JobRunner((_, _) => throw new IOException("The disk\nis full."));
        await EnqueueAsync(NewJob());
        await StartWorkerAsync(runner, ("Worker:MaxDequeueCount", "3"));
        var result = Assert.Single(await ReceiveResultsAsync(1));
        Assert.Contains("failed 3 times", result.Error, StringComparison.Ordinal);
        Assert.Contains("The disk is full.", result.Error, StringComparison.Ordinal);
        await AssertAllIsDoneAsync();
        Assert.Equal(3, runner.Begun.Count);
    }

    [Fact]
    public async Task Job_that_fails_now_and_then_is_tried_again()
    {
        var tries = 0;
        var runner = new JobRunner((_, _) => ++tries < 3 ? throw new IOException("Not now.") : Task.CompletedTask);
        await EnqueueAsync(NewJob());
        await StartWorkerAsync(runner);
        Assert.Null(Assert.Single(await ReceiveResultsAsync(1)).Error);
        await AssertAllIsDoneAsync();
    }

    [Fact]
    public async Task Job_that_can_never_succeed_is_given_up_at_once()
    {
        var runner = new JobRunner((_, _) => throw new GenerationException("There is no such font."));
        await EnqueueAsync(NewJob());
        await StartWorkerAsync(runner);
        Assert.Equal("There is no such font.", Assert.Single(await ReceiveResultsAsync(1)).Error);
        await AssertAllIsDoneAsync();
        Assert.Single(runner.Begun);
    }

    [Fact]
    public async Task Job_that_kills_its_workers_is_given_up_unbegun()
    {
        await EnqueueAsync(NewJob());
        for (var killed = 0; killed < 2; killed++)
        {
            var message = (await Jobs.ReceiveMessagesAsync(1)).Value[0];
            await Jobs.UpdateMessageAsync(message.MessageId, message.PopReceipt, message.Body, TimeSpan.Zero);
        }

        var runner = JobRunner.Instant();
        await StartWorkerAsync(runner, ("Worker:MaxDequeueCount", "2"));
        Assert.Contains("begun 2 times", Assert.Single(await ReceiveResultsAsync(1)).Error, StringComparison.Ordinal);
        await AssertAllIsDoneAsync();
        Assert.Empty(runner.Begun);
    }

    [Fact]
    public async Task Job_of_a_run_that_is_over_is_dropped_unanswered()
    {
        var runner = JobRunner.Instant();
        await Candidates.MarkEndedAsync(RunId, None);
        await EnqueueAsync(NewJob());
        await StartWorkerAsync(runner);
        await AssertAllIsDoneAsync();
        Assert.Empty(runner.Begun);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Storage_that_times_out_or_tokens_that_are_refused_do_not_end_the_worker(bool refused)
    {
        // The first is how the client reports a time-out: cancelled, by nobody.
        Exception fault = refused
            ? new AuthenticationFailedException("The identity's end point is not there yet.")
            : new TaskCanceledException("The operation was cancelled because it exceeded the configured timeout of 0:01:40.");
        var jobs = new FailingQueue(Azurite.Configuration["AzureWebJobsStorage"]!, Jobs.Name, fault, times: 3);
        await EnqueueAsync(NewJob());
        await StartWorkerAsync(JobRunner.Instant(), StorageWith(jobs));
        Assert.Null(Assert.Single(await ReceiveResultsAsync(1)).Error);
        await AssertAllIsDoneAsync();
        Assert.Equal(0, jobs.FaultsLeft);
    }

    [Theory]
    [InlineData("not base64!")]
    [InlineData("bm90IGpzb24=")]
    [InlineData("e30=")]
    [InlineData("")]
    public async Task Message_that_names_no_run_does_not_stop_the_others(string text)
    {
        var asSent = new QueueClient(Azurite.Configuration["AzureWebJobsStorage"], Jobs.Name);
        await asSent.SendMessageAsync(text);
        await EnqueueAsync(NewJob());
        await StartWorkerAsync(JobRunner.Instant());
        Assert.Null(Assert.Single(await ReceiveResultsAsync(1)).Error);
        await AssertAllIsDoneAsync();
    }

    [Fact]
    public async Task Message_with_a_number_out_of_range_fails_its_run()
    {
        var runner = JobRunner.Instant();
        await EnqueueAsync(NewJob() with { Count = -1 });
        await StartWorkerAsync(runner);
        Assert.Contains("out of range", Assert.Single(await ReceiveResultsAsync(1)).Error, StringComparison.Ordinal);
        await AssertAllIsDoneAsync();
        Assert.Empty(runner.Begun);
    }

    [Fact]
    public async Task Message_given_up_is_kept_on_the_poison_queue_where_the_worker_reaches_it()
    {
        await EnqueueAsync(NewJob());
        await StartWorkerWithPoisonQueueAsync(new JobRunner((_, _) => throw new GenerationException("No.")));
        Assert.Equal("No.", Assert.Single(await ReceiveResultsAsync(1)).Error);
        await AssertAllIsDoneAsync();
        var kept = Assert.Single((await Poison.ReceiveMessagesAsync(32)).Value);
        Assert.Contains(RunId, kept.Body.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Worker:Concurrency", "0")]
    [InlineData("Worker:Lease", "00:00:00.5")]
    [InlineData("Worker:RenewEvery", "00:02:00")]
    [InlineData("Worker:MaxDequeueCount", "0")]
    [InlineData("Worker:DrainTimeout", "-00:00:01")]
    [InlineData("Worker:HealthPort", "0")]
    public async Task Setting_out_of_range_is_refused_at_the_start(string name, string value) =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => StartWorkerAsync(JobRunner.Instant(), (name, value)));

    /// <summary>Counts how often a worker kept a message for longer.</summary>
    private sealed class Renewals : HttpPipelineSynchronousPolicy
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public QueueClientOptions Options()
        {
            var options = new QueueClientOptions();
            options.AddPolicy(this, HttpPipelinePosition.PerCall);
            return options;
        }

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (message.Request.Method == RequestMethod.Put && message.Request.Uri.Path.Contains("/messages/", StringComparison.Ordinal)
                && !message.Response.IsError)
            {
                Interlocked.Increment(ref _count);
            }
        }
    }

    /// <summary>A queue whose first calls fail.</summary>
    private sealed class FailingQueue(string connection, string name, Exception fault, int times) : QueueClient(connection, name)
    {
        public int FaultsLeft { get; private set; } = times;

        public override Task<Response<QueueMessage[]>> ReceiveMessagesAsync(
            int? maxMessages = null, TimeSpan? visibilityTimeout = null, CancellationToken cancellationToken = default)
        {
            if (FaultsLeft == 0)
            {
                return base.ReceiveMessagesAsync(maxMessages, visibilityTimeout, cancellationToken);
            }

            FaultsLeft--;
            throw fault;
        }
    }
}
