using Azure.Storage.Blobs;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>Runs that a version with an engine of its own has left at work.</summary>
[Trait("host", "local")]
public sealed class EarlierVersionTests(StorageFixture storage) : IClassFixture<StorageFixture>
{
    private const string Hub = "AzureFunctionsJobHost__extensions__durableTask__hubName";

    [Fact]
    public async Task A_run_that_an_earlier_version_left_at_work_is_closed_with_a_reason_and_frees_what_it_had_not_spent()
    {
        await SmallDataset.UploadAsync(storage, "legacy", imagesPerClass: 6);
        var folder = storage.NewDataFolder();
        using (var earlier = await TestProcess.StartHostAsync(storage, folder, [(Hub, "elsewhere")]))
        using (var client = new RunClient(storage, earlier.Endpoint!))
        {
            await client.SendAsync(SmallDataset.Request("legacy-1", "legacy", iterations: 8, population: 600));
            await client.WaitAsync("legacy-1", view => view.Progress is { Iteration: >= 1 });
        }

        var left = await storage.Ledger.ReadAsync("legacy", default);
        Assert.True(left.CommittedEpsilon > left.SpentEpsilon && left.SpentEpsilon > 0);
        await LeaveJournalAsync("legacy-1", "Running");
        await LeaveJournalAsync("legacy-0", "Completed");

        using var host = await TestProcess.StartHostAsync(storage, folder);
        using var survivor = new RunClient(storage, host.Endpoint!);
        var run = await survivor.WaitForEndAsync("legacy-1");

        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("earlier version of DpSynth", run.Reason, StringComparison.Ordinal);
        var closed = await storage.Ledger.ReadAsync("legacy", default);
        Assert.Equal((left.SpentEpsilon, left.SpentEpsilon), (closed.SpentEpsilon, closed.CommittedEpsilon));
        Assert.Null(await storage.Registry.ReadEndAsync("legacy-0", default));
    }

    /// <summary>What that engine kept of an instance: a record with its state in the metadata, named by its id.</summary>
    private async Task LeaveJournalAsync(string runId, string status)
    {
        var journals = new BlobServiceClient(storage.ExchangeStorage).GetBlobContainerClient("dpsynth-journal");
        await journals.CreateIfNotExistsAsync();
        await journals.GetBlobClient($"instances/{runId}").UploadAsync(
            BinaryData.FromString("{}"),
            new Azure.Storage.Blobs.Models.BlobUploadOptions { Metadata = new Dictionary<string, string> { ["status"] = status } });
    }
}
