using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Datasets.Sources;
using DpSynth.Cli.Datasets.Uploading;
using DpSynth.Cli.Host;
using DpSynth.Cli.Terminals;

namespace DpSynth.Cli.Tests.Datasets;

/// <summary>Uploads that meet: another upload, a backup.</summary>
public sealed class DatasetUploaderTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly CommandRunner _commands = new();

    [Fact]
    public async Task Two_uploads_of_one_name_do_not_both_end_well()
    {
        await using var storage = await LocalEnds.StartStorageAsync(_commands.Surroundings, None);
        await using var connection = new Connection(storage.Settings, endpoint: null);
        await connection.EnsureCreatedAsync(None);
        var container = connection.PrivateAccount.Data;
        var uploader = new DatasetUploader(container, new Terminal(TextWriter.Null, TextWriter.Null, isInteractive: false, () => 80));

        // The second comes while the first is at work: the name is taken.
        CommandException? second = null;
        await uploader.UploadAsync(
            "birds",
            Images(async () => second = await Assert.ThrowsAsync<CommandException>(() => uploader.UploadAsync("birds", Images(), false, None))),
            false,
            None);
        Assert.Contains("at the same time", second!.Message, StringComparison.Ordinal);
        Assert.False(await uploader.IsUnfinishedAsync("birds", None));

        // One that takes over from it makes the first fail at its end, and the dataset stays marked until the other is done.
        await uploader.RemoveAsync("birds", None);
        Func<Task> takeOver = async () =>
        {
            await uploader.RemoveAsync("birds", None);
            await container.GetBlobClient("birds/.uploading").UploadAsync(BinaryData.FromString("another"), None);
        };
        await Assert.ThrowsAsync<CommandException>(() => uploader.UploadAsync("birds", Images(takeOver), false, None));
        Assert.True(await uploader.IsUnfinishedAsync("birds", None));
    }

    [Fact]
    public async Task Dataset_is_removed_with_its_snapshots_and_not_while_somebody_holds_it()
    {
        await using var storage = await LocalEnds.StartStorageAsync(_commands.Surroundings, None);
        await using var connection = new Connection(storage.Settings, endpoint: null);
        await connection.EnsureCreatedAsync(None);
        var container = connection.PrivateAccount.Data;
        var uploader = new DatasetUploader(container, new Terminal(TextWriter.Null, TextWriter.Null, isInteractive: false, () => 80));
        await uploader.UploadAsync("birds", Images(), false, None);
        var archive = container.GetBlobClient("birds/part-00000.tar");
        await archive.CreateSnapshotAsync();
        var lease = archive.GetBlobLeaseClient();
        await lease.AcquireAsync(TimeSpan.FromSeconds(-1));

        var refusal = await Assert.ThrowsAsync<CommandException>(() => uploader.RemoveAsync("birds", None));
        Assert.Contains("another name", refusal.Message, StringComparison.Ordinal);
        Assert.True(await uploader.IsUnfinishedAsync("birds", None));

        await lease.ReleaseAsync();
        await uploader.RemoveAsync("birds", None);
        await foreach (var blob in container.GetBlobsAsync(new() { States = BlobStates.Snapshots, Prefix = "birds/" }))
        {
            Assert.Fail($"'{blob.Name}' is left.");
        }
    }

    public void Dispose() => _commands.Dispose();

    private static SourceClass[] Images(Func<Task>? meanwhile = null)
    {
        async Task<byte[]> Read(CancellationToken cancellationToken)
        {
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            return [1, 2, 3];
        }

        return [new SourceClass(null, [new SourceImage("a.png", 3, Read)])];
    }
}
