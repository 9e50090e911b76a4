using System.Net;
using DpSynth.Catalogue;
using DpSynth.Ledgers;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Budgets;
using DpSynth.Storage.Candidates;
using DpSynth.Storage.Datasets;
using DpSynth.Storage.Layout;
using DpSynth.Storage.Models;
using DpSynth.Storage.Releases;
using DpSynth.Storage.Runs;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Models;

namespace DpSynth.Storage.Tests.Accounts;

/// <summary>Accounts that keep what is deleted or written over: soft delete, versions, snapshots, policies, holds, leases.</summary>
public sealed class KeptBlobsTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly DocumentedService _service = new();

    [Fact]
    public async Task Lists_of_the_private_side_show_blobs_that_are_there_once_each()
    {
        _service.AddWithShadows("set/", "1", ".png");

        Assert.Equal(
            ["set/1.png"], (await new PrivateStore(_service.Private, RequestParts.Json).ListDatasetAsync("set", None))!.Blobs.Select(blob => blob.Name));
    }

    [Fact]
    public async Task Lists_of_the_exchange_side_show_blobs_that_are_there_once_each()
    {
        _service.AddWithShadows("runs/run/generation-001/", "shard-00000", ".json");
        _service.AddWithShadows("runs/run/drawings/001-00000/", "0000000000000001", "");
        _service.AddWithShadows("public/set/", "1", ".png");
        _service.AddWithShadows("run/", "a", ".tar");
        var container = _service.Exchange.Candidates;

        Assert.Equal([0], await new CandidateStore(container, Decoders.Default, RequestParts.Json).ListShardsAsync("run", 1, None));
        Assert.Equal([1UL], await new DrawingStore(container).ListAsync(new CandidateShardId("run", 1, 0), None));
        Assert.True(await new PublicImageSource(container, Decoders.Default).ExistsAsync("set", None));
        Assert.Equal(["a.tar"], (await new ReleaseStore(_service.Exchange).ListAsync("run", None)).Select(file => file.Name));

        _service.Blobs.RemoveAll(blob => blob.Include.Length == 0);
        Assert.False(await new PublicImageSource(container, Decoders.Default).ExistsAsync("set", None));
        Assert.Empty(await new ReleaseStore(_service.Exchange).ListAsync("run", None));
    }

    [Fact]
    public async Task Dataset_of_deleted_images_only_is_none()
    {
        _service.AddWithShadows("set/", "1", ".png");
        _service.Blobs.RemoveAll(blob => blob.Include.Length == 0);

        Assert.Null(await new PrivateStore(_service.Private, RequestParts.Json).ListDatasetAsync("set", None));
    }

    [Fact]
    public async Task Lists_of_requests_read_those_that_are_there_once_each()
    {
        _service.AddWithShadows("runs/", "run1", ".json");
        _service.Answer = _ => (HttpStatusCode.NotFound, "BlobNotFound");

        await foreach (var _ in new RunRegistry(_service.Exchange, TimeProvider.System, RequestParts.Json).ListAsync(None))
        {
        }

        Assert.Equal(["GET /requests/runs/run1.json"], _service.Calls);
    }

    [Theory]
    [InlineData(HttpStatusCode.Conflict, "BlobImmutableDueToPolicy")]
    [InlineData(HttpStatusCode.Conflict, "BlobImmutableDueToLegalHold")]
    [InlineData(HttpStatusCode.PreconditionFailed, "LeaseIdMissing")]
    public async Task What_is_held_is_counted_and_all_else_is_deleted_with_its_snapshots(HttpStatusCode status, string code)
    {
        foreach (var name in (string[])["embeddings/00000.npy", "embeddings/00001.npy", "iteration-001/votes/00000.npy", "iteration-001/votes/00001.npy"])
        {
            _service.Blobs.Add(($"run/{name}", "", ""));
        }

        _service.Answer = call =>
            !call.Headers.TryGetValues("x-ms-delete-snapshots", out var with) || with.Single() != "include" ? (HttpStatusCode.Conflict, "SnapshotsPresent")
            : call.RequestUri!.AbsolutePath.EndsWith("embeddings/00000.npy", StringComparison.Ordinal) ? (status, code)
            : call.RequestUri.AbsolutePath.EndsWith("votes/00000.npy", StringComparison.Ordinal) ? (HttpStatusCode.NotFound, "BlobNotFound")
            : (HttpStatusCode.Accepted, null);

        Assert.Equal(1, await new PrivateStore(_service.Private, RequestParts.Json).DeleteExactWorkAsync("run", None));
        Assert.Equal(4, _service.Calls.Count);
    }

    [Fact]
    public async Task Any_other_refusal_to_delete_is_an_error()
    {
        _service.Blobs.Add(("run/embeddings/00000.npy", "", ""));
        _service.Answer = _ => (HttpStatusCode.Forbidden, "AuthorizationPermissionMismatch");

        await Assert.ThrowsAsync<Azure.RequestFailedException>(() => new PrivateStore(_service.Private, RequestParts.Json).DeleteExactWorkAsync("run", None));
    }

    [Fact]
    public async Task Drawings_that_are_held_stop_no_run()
    {
        _service.Blobs.Add(("runs/run/drawings/001-00000/0000000000000001", "", ""));
        _service.Answer = _ => (HttpStatusCode.Conflict, "BlobImmutableDueToLegalHold");

        await new DrawingStore(_service.Exchange.Candidates).DeleteAsync("run", null, None);
        Assert.Equal(1, await new CandidateStore(_service.Exchange.Candidates, Decoders.Default, RequestParts.Json).DeleteGenerationsAsync("run", None));
    }

    [Fact]
    public async Task What_a_policy_refuses_to_have_made_is_there()
    {
        _service.Answer = _ => (HttpStatusCode.Conflict, "BlobImmutableDueToPolicy");

        Assert.False(await _service.Private.Ledgers.TryCreateAsync("name", new byte[1], BlobCalls.Binary, None));
        await new ReleaseStore(_service.Exchange).WriteAsync("run", "a", new MemoryStream([1]), "text/plain", None);
    }

    [Fact]
    public async Task Ledger_that_may_not_grow_says_so()
    {
        _service.Answer = call => call.RequestUri!.Query.Contains("comp=appendblock", StringComparison.Ordinal)
            ? (HttpStatusCode.Conflict, "BlobImmutableDueToLegalHold")
            : (HttpStatusCode.Conflict, "BlobImmutableDueToPolicy");
        var storage = new BlobLedgerStorage(_service.Private);

        var refusal =
            await Assert.ThrowsAsync<InvalidOperationException>(() => storage.TryAppendAsync("line", new LedgerPosition(0, 0, 0), new byte[] { 1 }, None));

        Assert.Contains("allow protected append writes", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, _service.Calls.Count);
    }

    [Fact]
    public async Task Ledgers_whose_container_is_gone_are_not_taken_for_new_ones()
    {
        var storage = new BlobLedgerStorage(_service.Private);
        _service.Answer = _ => (HttpStatusCode.NotFound, "BlobNotFound");
        Assert.Equal(0, (await storage.ReadAfterAsync("line", new LedgerPosition(0, 0, 0), None)).Lines.Length);

        _service.Answer = _ => (HttpStatusCode.NotFound, "ContainerNotFound");
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => storage.ReadAfterAsync("line", new LedgerPosition(0, 0, 0), None));
        Assert.Contains("restored", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidDataException>(() => storage.ReadCatalogueAsync(None));
        await Assert.ThrowsAsync<InvalidDataException>(() => storage.ReadHeadAsync("line", None));
    }

    [Fact]
    public async Task Model_that_is_held_is_not_replaced()
    {
        _service.Answer = _ => (HttpStatusCode.Conflict, "BlobImmutableDueToLegalHold");

        var index = ModelIndex.Of([new ModelFile("a", 1, new string('a', 64))]);
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => new ModelContainer(_service.Exchange.Models).PushAsync("model", ".", index, null, None));

        Assert.Contains("another name", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Containers_and_queues_that_are_still_being_deleted_are_waited_for()
    {
        var refusals = 3;
        _service.Answer = call => (refusals-- > 0, call.RequestUri!.Host.Contains("queue", StringComparison.Ordinal)) switch
        {
            (false, _) => (HttpStatusCode.Created, null),
            (true, false) => (HttpStatusCode.Conflict, "ContainerBeingDeleted"),
            (true, true) => (HttpStatusCode.Conflict, "QueueBeingDeleted"),
        };

        await _service.Private.EnsureCreatedAsync(new NoWait(), None);
        Assert.Equal(PrivateLayout.Containers.Count + 3, _service.Calls.Count);

        refusals = 2;
        await _service.Exchange.EnsureCreatedAsync(new NoWait(), None);
        refusals = int.MaxValue;
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => _service.Private.EnsureCreatedAsync(new NoWait(), None));
        Assert.StartsWith("The container 'private-data' was deleted a short while ago", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queue_that_is_still_being_deleted_is_waited_for()
    {
        var refusals = 2;
        _service.Answer = call => call.RequestUri!.Host.Contains("queue", StringComparison.Ordinal) && refusals-- > 0
            ? (HttpStatusCode.Conflict, "QueueBeingDeleted")
            : (HttpStatusCode.Created, null);

        await _service.Exchange.EnsureCreatedAsync(new NoWait(), None);

        Assert.Equal(ExchangeLayout.Containers.Count + ExchangeLayout.Queues.Count + 2, _service.Calls.Count);
    }

    public void Dispose() => _service.Dispose();

    /// <summary>A clock on which every wait is over at once.</summary>
    private sealed class NoWait : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
