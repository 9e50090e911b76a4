using DpSynth.Generators.OpenAIImages.Limits;

namespace DpSynth.Generators.Tests.OpenAIImages;

public sealed class AdaptiveConcurrencyTests
{
    private readonly Clock _clock = new();

    [Fact]
    public async Task Limit_grows_only_while_requests_wait_for_it()
    {
        var concurrency = new AdaptiveConcurrency(2, 8, _clock);
        await concurrency.EnterAsync(default);
        concurrency.Grow();
        Assert.Equal(2, concurrency.Limit);

        await concurrency.EnterAsync(default);
        var third = concurrency.EnterAsync(default);
        Assert.False(third.IsCompleted);
        concurrency.Grow();

        Assert.Equal(3, concurrency.Limit);
        await third;
    }

    [Fact]
    public void Limit_is_halved_once_for_all_requests_sent_before()
    {
        var concurrency = new AdaptiveConcurrency(16, 64, _clock);
        var early = _clock.GetTimestamp();
        _clock.Advance();
        for (var i = 0; i < 10; i++)
        {
            concurrency.Slow(early);
        }

        Assert.Equal(8, concurrency.Limit);

        _clock.Advance();
        concurrency.Slow(_clock.GetTimestamp());
        Assert.Equal(4, concurrency.Limit);
    }

    [Fact]
    public void Limit_stays_between_one_and_the_most()
    {
        var concurrency = new AdaptiveConcurrency(4, 6, _clock);
        for (var i = 0; i < 10; i++)
        {
            _clock.Advance();
            concurrency.Slow(_clock.GetTimestamp());
        }

        Assert.Equal(1, concurrency.Limit);
        _ = concurrency.EnterAsync(default);
        for (var i = 0; i < 100; i++)
        {
            _ = concurrency.EnterAsync(default);
            concurrency.Grow();
        }

        Assert.Equal(6, concurrency.Limit);
    }

    [Fact]
    public async Task Waiter_that_gives_up_takes_no_place()
    {
        var concurrency = new AdaptiveConcurrency(1, 1, _clock);
        await concurrency.EnterAsync(default);
        using var stop = new CancellationTokenSource();
        var waiter = concurrency.EnterAsync(stop.Token);
        var next = concurrency.EnterAsync(default);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter);

        concurrency.Leave();

        await next;
    }

    private sealed class Clock : TimeProvider
    {
        private long _now = 1;

        public override long GetTimestamp() => _now;

        public void Advance() => _now++;
    }
}
