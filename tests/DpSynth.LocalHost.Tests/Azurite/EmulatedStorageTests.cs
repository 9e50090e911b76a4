using System.Diagnostics;
using System.Text.Json;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DpSynth.LocalHost.Azurite;
using DpSynth.LocalHost.Journal;
using DpSynth.LocalHost.Tests.Hosting;
using DpSynth.Storage.Accounts;
using Microsoft.Extensions.Configuration;

namespace DpSynth.LocalHost.Tests.Azurite;

/// <summary>What is written through the stores' clients outlives the emulator, in whatever way it was written.</summary>
public sealed class EmulatedStorageTests : IDisposable
{
    private readonly ScratchFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Emulator_killed_at_once_loses_nothing_however_it_was_written()
    {
        await using (var storage = await StartAsync())
        {
            var account = Private(storage);
            await account.EnsureCreatedAsync(default);
            var whole = account.Work.GetBlobClient("run/released/class-counts/00000.npy");
            var headers = new BlobUploadOptions
            {
                HttpHeaders = new() { ContentType = "application/x-odd" },
                Metadata = new Dictionary<string, string> { ["of"] = "it" },
            };
            await whole.UploadAsync(BinaryData.FromString("noise"), headers);
            await Assert.ThrowsAsync<RequestFailedException>(() => whole.UploadAsync(BinaryData.FromString("other noise"), overwrite: false));

            var moving = account.LedgerHeads.GetBlobClient("head.json");
            await moving.UploadAsync(BinaryData.FromString("1"));
            var version = (await moving.UploadAsync(BinaryData.FromString("2"), overwrite: true)).Value.ETag;
            await moving.UploadAsync(BinaryData.FromString("3"), new BlobUploadOptions { Conditions = new() { IfMatch = version } });

            var blocks = account.Work.GetBlobClient("large");
            var transfer = new StorageTransferOptions { InitialTransferSize = 1000, MaximumTransferSize = 1000, MaximumConcurrency = 4 };
            await blocks.UploadAsync(new MemoryStream(Large()), new BlobUploadOptions { TransferOptions = transfer });

            var lines = account.Ledgers.GetAppendBlobClient("entries.jsonl");
            await lines.CreateAsync();
            foreach (var line in new[] { "first\n", "second\n", "third\n" })
            {
                var at = (await lines.GetPropertiesAsync()).Value.ContentLength;
                await AppendAsync(lines, line, at);
            }

            await Assert.ThrowsAsync<RequestFailedException>(() => AppendAsync(lines, "elsewhere\n", 3));
            await account.Work.UploadBlobAsync("deleted", BinaryData.FromString("x"));
            await account.Work.DeleteBlobAsync("deleted");
            await KillAsync(storage);
        }

        await using (var again = await StartAsync())
        {
            var found = Private(again);
            Assert.True(again.Loss.HasDied);
            Assert.Empty(again.Loss.Doubts);
            Assert.Equal(
                ["ledger-heads/head.json", "ledgers/entries.jsonl", "private-work/large", "private-work/run/released/class-counts/00000.npy"],
                again.Loss.PutBack.Order(StringComparer.Ordinal));
            var noise = (await found.Work.GetBlobClient("run/released/class-counts/00000.npy").DownloadContentAsync()).Value;
            Assert.Equal(("noise", "application/x-odd", "it"), (noise.Content.ToString(), noise.Details.ContentType, noise.Details.Metadata["of"]));
            Assert.Equal("3", await ReadAsync(found.LedgerHeads, "head.json"));
            Assert.Equal("first\nsecond\nthird\n", await ReadAsync(found.Ledgers, "entries.jsonl"));
            Assert.Equal(Large(), (await found.Work.GetBlobClient("large").DownloadContentAsync()).Value.Content.ToArray());
            Assert.False(await found.Work.GetBlobClient("deleted").ExistsAsync());

            // The emulator has saved it since: it dies once more, and nothing has to be put back.
            again.SettleLoss();
            await KillAsync(again);
        }

        await using var third = await StartAsync();
        Assert.Empty(third.Loss.PutBack);
        Assert.Equal("first\nsecond\nthird\n", await ReadAsync(Private(third).Ledgers, "entries.jsonl"));
    }

    [Fact]
    public async Task Chain_that_was_saved_halfway_gets_its_end_back_and_nothing_twice()
    {
        await using (var storage = await StartAsync())
        {
            await Private(storage).EnsureCreatedAsync(default);
            var lines = Private(storage).Ledgers.GetAppendBlobClient("entries.jsonl");
            await lines.CreateAsync();
            await AppendAsync(lines, "before\n", 0);
        }

        await using (var storage = await StartAsync())
        {
            var lines = Private(storage).Ledgers.GetAppendBlobClient("entries.jsonl");
            await AppendAsync(lines, "after\n", 7);
            await KillAsync(storage);
        }

        await using var again = await StartAsync();
        Assert.Equal("before\nafter\n", await ReadAsync(Private(again).Ledgers, "entries.jsonl"));
    }

    [Fact]
    public async Task Write_whose_answer_never_came_is_done_if_its_condition_holds()
    {
        await using (var storage = await StartAsync())
        {
            await Private(storage).EnsureCreatedAsync(default);
            await Private(storage).Work.UploadBlobAsync("there", BinaryData.FromString("first"));
        }

        using (var journal = BlobJournal.Open(_data.Path, TimeProvider.System))
        {
            foreach (var name in new[] { "there", "new" })
            {
                var write = new BlobWrite { Kind = WriteKind.Put, Place = new("dpprivate", "private-work", name), OnlyIfNew = true };
                using var unanswered = await journal.BeginAsync(write, "second"u8.ToArray(), default);
            }
        }

        await using var again = await StartAsync();
        Assert.Equal(("first", "second"), (await ReadAsync(Private(again).Work, "there"), await ReadAsync(Private(again).Work, "new")));
    }

    [Fact]
    public async Task Orderly_end_leaves_no_journal_and_a_start_after_it_no_loss()
    {
        await using (var storage = await StartAsync())
        {
            await Private(storage).EnsureCreatedAsync(default);
            await Private(storage).Work.UploadBlobAsync("it", BinaryData.FromString("x"));
            Assert.NotEmpty(Journals());
        }

        Assert.Empty(Journals());
        await using var again = await StartAsync();
        Assert.Equivalent(StorageLoss.None with { LastWrite = again.Loss.LastWrite }, again.Loss);
        Assert.Equal("x", await ReadAsync(Private(again).Work, "it"));
    }

    [Fact]
    public async Task Checkpoint_lets_go_only_of_what_the_emulator_has_saved()
    {
        await using (var storage = await StartAsync())
        {
            await Private(storage).EnsureCreatedAsync(default);
            for (var i = 0; i < 50; i++)
            {
                await Private(storage).Work.UploadBlobAsync($"{i}", BinaryData.FromString($"content {i}"));
            }

            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            Assert.True(await storage.Checkpoint.TakeAsync(limit.Token));
            Assert.Equal(0, Journals().Sum(file => new FileInfo(file).Length));
            await KillAsync(storage);
        }

        await using var again = await StartAsync();
        Assert.Empty(again.Loss.PutBack);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal($"content {i}", await ReadAsync(Private(again).Work, $"{i}"));
        }
    }

    [Fact]
    public async Task Damaged_journal_is_a_doubt_and_is_set_aside()
    {
        await using (var storage = await StartAsync())
        {
            await Private(storage).EnsureCreatedAsync(default);
            await Private(storage).Work.UploadBlobAsync("first", BinaryData.FromString("x"));
            await Private(storage).Work.UploadBlobAsync("second", BinaryData.FromString("x"));
            await KillAsync(storage);
        }

        using (var journal = File.OpenWrite(Assert.Single(Journals())))
        {
            journal.Position = 60;
            journal.WriteByte(0);
        }

        await using (var again = await StartAsync())
        {
            Assert.Contains("is damaged", Assert.Single(again.Loss.Doubts), StringComparison.Ordinal);
            again.SettleLoss();
        }

        Assert.Single(Directory.GetFiles(_data["journal"], "*.journal", SearchOption.AllDirectories));
        await using var last = await StartAsync();
        Assert.Empty(last.Loss.Doubts);
    }

    [Fact]
    public async Task Death_is_remembered_until_a_host_has_dealt_with_it()
    {
        await using (var storage = await StartAsync())
        {
            await KillAsync(storage);
        }

        // A command that only shows something puts back what is missing, and starts no run.
        await using (var command = await StartAsync())
        {
            Assert.True(command.Loss.HasDied);
        }

        await using (var host = await LocalFunctionHost.StartAsync(HostFixture.Options(_data.Path, new Inbox()), CancellationToken.None))
        {
            Assert.True(host.Loss.HasDied);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (File.Exists(_data["journal/loss.json"]))
            {
                await Task.Delay(20, limit.Token);
            }
        }

        await using var last = await StartAsync();
        Assert.False(last.Loss.HasDied);
    }

    [Fact]
    public async Task Emulator_that_died_under_a_version_without_journal_is_a_doubt()
    {
        await using (var storage = await StartAsync())
        {
            await KillAsync(storage);
        }

        Directory.Delete(_data["journal"], recursive: true);
        await using var again = await StartAsync();
        Assert.Contains("kept no journal", Assert.Single(again.Loss.Doubts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_that_the_journal_cannot_hold_is_refused_before_it_is_sent()
    {
        await using var storage = await StartAsync();
        var account = Private(storage);
        await account.EnsureCreatedAsync(default);
        var blob = account.Work.GetBlobClient("it");
        await blob.UploadAsync(BinaryData.FromString("x"));
        await Assert.ThrowsAsync<NotSupportedException>(() => blob.SetMetadataAsync(new Dictionary<string, string> { ["a"] = "b" }));
        await Assert.ThrowsAsync<NotSupportedException>(() => account.Work.GetPageBlobClient("pages").CreateAsync(512));
        Assert.Throws<NotSupportedException>(() => blob.Upload(BinaryData.FromString("y"), overwrite: true));
        Assert.Empty((await blob.GetPropertiesAsync()).Value.Metadata);
        Assert.Equal("x", await ReadAsync(account.Work, "it"));
    }

    private static byte[] Large() => [.. Enumerable.Range(0, 10_500).Select(i => (byte)(i * 7 / 3))];

    private static PrivateAccount Private(EmulatedStorage storage) => PrivateAccount.FromConfiguration(
        new ConfigurationBuilder().AddInMemoryCollection([new("PrivateStorage", storage.PrivateStorage)]).Build(), loggers: null, storage.CallPolicies);

    private static async Task AppendAsync(AppendBlobClient blob, string line, long at) => await blob.AppendBlockAsync(
        BinaryData.FromString(line).ToStream(), new AppendBlobAppendBlockOptions { Conditions = new() { IfAppendPositionEqual = at } });

    private static async Task<string> ReadAsync(BlobContainerClient container, string name) =>
        (await container.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToString();

    private Task<EmulatedStorage> StartAsync() => EmulatedStorage.StartAsync(_data.Path, home: null, CancellationToken.None);

    private string[] Journals() => Directory.GetFiles(_data["journal"], "*.journal");

    private async Task KillAsync(EmulatedStorage storage)
    {
        using var state = JsonDocument.Parse(await File.ReadAllBytesAsync(_data["azurite/azurite.json"]));
        using var emulator = Process.GetProcessById(state.RootElement.GetProperty("Process").GetProperty("Id").GetInt32());
        emulator.Kill();
        await storage.Ended;
    }
}
