using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.ImageServer.Faults;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Generators.Tests.OpenAIImages;

public sealed class SpendingTests
{
    private static readonly ulong[] Seeds = [.. Enumerable.Range(1, 40).Select(static i => (ulong)i)];

    [Fact]
    public async Task Run_stops_before_its_cap_is_passed_however_many_workers_it_has()
    {
        await using var harness = await ImageApiHarness.StartAsync();
        var capped = ImageApiHarness.Options with { MaxCost = 0.255m };
        var workers = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => harness.GeneratorAsync(capped, settings => settings with { InitialConcurrency = 8 })));

        var faults = await Task.WhenAll(workers.Select((worker, index) => Record.ExceptionAsync(
            async () => await worker.RandomAsync("cat", Array.ConvertAll(Seeds, seed => seed + (ulong)(1000 * index)), default))));

        Assert.All(faults, fault => Assert.Contains("cap", Assert.IsType<GenerationException>(fault).Message, StringComparison.Ordinal));
        var spending = await harness.SpendingAsync();
        Assert.Equal(25, spending.Images);
        Assert.Equal(0.25m, spending.Cost);
        Assert.Equal(0, spending.Held);
        Assert.Equal(25, harness.Server.Counts.Billed);

        // What was paid for is kept, although the jobs failed.
        Assert.Equal(25, harness.Drawings.Drawings.Count);
    }

    [Fact]
    public async Task Job_done_again_pays_only_for_what_was_not_stored()
    {
        await using var harness = await ImageApiHarness.StartAsync(number => number == 30 ? ServerFault.Redirect : null);
        await Assert.ThrowsAsync<GenerationException>(async () => await (await harness.GeneratorAsync()).RandomAsync("cat", Seeds, default));
        var kept = harness.Drawings.Drawings.Count;
        Assert.InRange(kept, 20, 39);

        var batch = await (await harness.GeneratorAsync()).RandomAsync("cat", Seeds, default);

        Assert.Equal(Seeds.Length, harness.Drawings.Kept.Count);
        Assert.Equal(Seeds.Length, harness.Server.Counts.Billed);
        Assert.Equal(Seeds.Length * ImageApiHarness.Price, (await harness.SpendingAsync()).Cost);
        Assert.Equal(Seeds.Length, batch.Count);

        // A third time nothing is asked at all, and the same images come.
        var requests = harness.Server.Counts.Requests;
        var again = await (await harness.GeneratorAsync()).RandomAsync("cat", Seeds, default);
        Assert.Equal(requests, harness.Server.Counts.Requests);
        Assert.Equal(batch.Images!.Pixels, again.Images!.Pixels);
        Assert.Equal(batch.Parameters.ToArray(), again.Parameters.ToArray());
    }

    [Fact]
    public async Task Worker_that_dies_leaves_its_money_set_aside()
    {
        await using var harness = await ImageApiHarness.StartAsync();
        var account = new DpSynth.Generators.OpenAIImages.Accounts.RunAccount(
            harness.Records, ImageApiHarness.Run, ImageApiHarness.Options with { MaxCost = 0.02m });
        await account.HoldAsync(ImageApiHarness.Price);

        var batch = await (await harness.GeneratorAsync(ImageApiHarness.Options with { MaxCost = 0.02m })).RandomAsync("cat", Seeds.AsMemory(0, 1), default);

        Assert.Equal(1, batch.Count);
        Assert.Equal(ImageApiHarness.Price, (await harness.SpendingAsync()).Held);
        await Assert.ThrowsAsync<GenerationException>(() => account.HoldAsync(ImageApiHarness.Price));
    }

    [Theory]
    [MemberData(nameof(ImageApiHarness.Services), MemberType = typeof(ImageApiHarness))]
    public async Task Refused_drawing_is_replaced_and_counted(ImageApiService service)
    {
        await using var harness = await ImageApiHarness.StartAsync(static number => number % 4 == 0 ? ServerFault.ContentPolicy : null, service);

        var batch = await (await harness.GeneratorAsync()).RandomAsync("cat", Seeds, default);

        var spending = await harness.SpendingAsync();
        Assert.Equal(Seeds.Length, spending.Images);
        Assert.Equal(harness.Server.Counts.Refused, spending.Refusals);
        Assert.True(spending.Refusals >= 10);
        Assert.Equal(Seeds.Length * ImageApiHarness.Price, spending.Cost);
        Assert.Contains("refused", Assert.Single(batch.Notes.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ends_where_every_draw_is_refused()
    {
        await using var harness = await ImageApiHarness.StartAsync(static _ => ServerFault.ContentPolicy);
        var options = ImageApiHarness.Options with { Redraws = 2 };

        var fault = await Assert.ThrowsAsync<GenerationException>(
            async () => await (await harness.GeneratorAsync(options)).RandomAsync("cat", Seeds.AsMemory(0, 1), default));

        Assert.Contains("3 draws in a row were refused", fault.Message, StringComparison.Ordinal);
        Assert.Equal(3, harness.Server.Counts.Requests);
    }

    [Fact]
    public async Task Run_ends_after_as_many_refusals_as_its_request_allows()
    {
        await using var harness = await ImageApiHarness.StartAsync(static number => number % 2 == 0 ? ServerFault.ContentPolicy : null);
        var options = ImageApiHarness.Options with { Redraws = 20, MaxRefusals = 5 };

        var fault = await Assert.ThrowsAsync<GenerationException>(
            async () =>
                await (await harness.GeneratorAsync(options, settings =>
                    settings with { MaxConcurrency = 1, InitialConcurrency = 1 })).RandomAsync("cat", Seeds, default));

        Assert.Contains("'generator.options.maxRefusals'", fault.Message, StringComparison.Ordinal);
        Assert.Equal(5, harness.Server.Counts.Refused);
    }
}
