using DpSynth.Catalogue;
using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.NearestImage;
using DpSynth.Numerics.Search;
using DpSynth.Storage.Runs;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Storage.Tests.Runs;

[Collection(AzuriteTests.Name)]
public sealed class RunRegistryTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly RunRegistry _registry = new(azurite.Exchange, TimeProvider.System, RequestParts.Json);

    [Fact]
    public async Task Same_request_is_registered_once()
    {
        var request = Requests.New(AzuriteFixture.NewName("run"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _registry.RegisterAsync(request, None)));
        Assert.Single(answers, Registration.Registered);
        Assert.Equal(7, answers.Count(answer => answer == Registration.AlreadyRegistered));
    }

    [Fact]
    public async Task Order_of_named_components_makes_no_difference()
    {
        var request = Requests.New(AzuriteFixture.NewName("run"));
        var reordered = request with
        {
            Options = request.Evolution with
            {
                VariationDegrees =
                [
                    VariationDegree.Of(1),
                    new VariationDegree(0.5, new Dictionary<string, double> { ["font"] = 0.25, ["size"] = 1 }),
                ],
            },
        };
        await _registry.RegisterAsync(request, None);
        Assert.Equal(Registration.AlreadyRegistered, await _registry.RegisterAsync(reordered, None));
    }

    [Fact]
    public async Task Different_request_of_the_same_id_is_a_conflict()
    {
        var request = Requests.New(AzuriteFixture.NewName("run"));
        await _registry.RegisterAsync(request, None);
        RunRequest[] others =
        [
            request with { Epsilon = 0.2 },
            request with { Seed = 1 },
            request with { Generator = new NearestImageOptions { PublicSet = "x" } },
            request with { Options = request.Evolution with { Metric = Metric.L2 } },
            request with { Image = request.Image with { Resize = Imaging.ResizeMode.Fill } },
        ];
        foreach (var other in others)
        {
            Assert.Equal(Registration.Conflict, await _registry.RegisterAsync(other, None));
        }

        Assert.Equal(0.1, (await _registry.ReadAsync(request.RunId, None))!.Request.Epsilon);
    }

    [Fact]
    public async Task Request_comes_back_as_it_was()
    {
        var request = Requests.New(AzuriteFixture.NewName("run"));
        Assert.Null(await _registry.ReadAsync(request.RunId, None));
        await _registry.RegisterAsync(request, None);
        var read = (await _registry.ReadAsync(request.RunId, None))!;
        Assert.Equal(["é", "0"], Assert.IsType<DrawTextOptions>(read.Request.Generator).Texts);
        Assert.Equal((request.Seed, request.Epsilon, request.Image), (read.Request.Seed, read.Request.Epsilon, read.Request.Image));
        Assert.Contains(request.RunId, await _registry.ListAsync(None).Select(run => run.Request.RunId).ToListAsync());
    }

    [Fact]
    public async Task Rejection_is_found_by_run_even_if_its_id_is_no_blob_name()
    {
        var runId = $"../{AzuriteFixture.NewName("run")}/ünsafe";
        Assert.Null(await _registry.ReadRejectionAsync(runId, None));
        var rejection = new Rejection(runId, "message", "Because.", DateTimeOffset.UnixEpoch);
        await _registry.RejectAsync(rejection, None);
        Assert.Equal(rejection, await _registry.ReadRejectionAsync(runId, None));
        Assert.Contains(rejection, await _registry.ListRejectionsAsync(None).ToListAsync());
    }

    [Fact]
    public async Task Rejection_without_a_run_is_listed_by_its_message()
    {
        var rejection = new Rejection(null, AzuriteFixture.NewName("message"), "Not JSON.", DateTimeOffset.UnixEpoch);
        await _registry.RejectAsync(rejection, None);
        Assert.Contains(rejection, await _registry.ListRejectionsAsync(None).ToListAsync());
        await Assert.ThrowsAsync<ArgumentException>(() => _registry.RejectAsync(rejection with { MessageId = null }, None));
    }
}
