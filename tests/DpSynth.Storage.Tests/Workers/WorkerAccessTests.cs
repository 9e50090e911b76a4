using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Layout;
using DpSynth.Storage.Workers;
using Microsoft.Extensions.Configuration;

namespace DpSynth.Storage.Tests.Workers;

[Collection(AzuriteTests.Name)]
public sealed class WorkerAccessTests(AzuriteFixture azurite)
{
    private readonly WorkerAccess _access = WorkerAccess.Sign(azurite.Exchange, TimeSpan.FromHours(1), TimeProvider.System);

    [Fact]
    public async Task Worker_reaches_its_container_and_its_two_queues()
    {
        var worker = WorkerStorage.FromAccess(_access);
        var name = AzuriteFixture.NewName("blob");
        await worker.Candidates.UploadBlobAsync(name, BinaryData.FromString("mine"));
        Assert.Equal("mine", (await worker.Candidates.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToString());
        Assert.Contains(name, await worker.Candidates.GetBlobsAsync(new() { Prefix = name }).Select(blob => blob.Name).ToListAsync());

        await azurite.Exchange.Queue(ExchangeLayout.GenerationJobs).SendMessageAsync("job");
        var message = (await worker.Jobs.ReceiveMessagesAsync(1)).Value[0];
        var renewed = await worker.Jobs.UpdateMessageAsync(message.MessageId, message.PopReceipt, message.Body, TimeSpan.FromSeconds(30));
        await worker.Jobs.DeleteMessageAsync(message.MessageId, renewed.Value.PopReceipt);
        await worker.Results.SendMessageAsync("result");
        await azurite.Exchange.Queue(ExchangeLayout.GenerationResults).ClearMessagesAsync();
    }

    [Fact]
    public async Task Worker_reads_models_and_changes_none()
    {
        var worker = WorkerStorage.FromAccess(_access);
        var name = AzuriteFixture.NewName("blob");
        await azurite.Exchange.Models.UploadBlobAsync(name, BinaryData.FromString("weights"));
        Assert.Equal("weights", (await worker.Models.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToString());
        await RefusedAsync(() => worker.Models.GetBlobClient(name).UploadAsync(BinaryData.FromString("others"), overwrite: true));
        await RefusedAsync(() => worker.Models.UploadBlobAsync(AzuriteFixture.NewName("blob"), BinaryData.FromString("new")));
        await RefusedAsync(() => worker.Models.DeleteBlobAsync(name));
    }

    [Theory]
    [InlineData(PrivateLayout.Data)]
    [InlineData(PrivateLayout.Work)]
    [InlineData(PrivateLayout.Ledgers)]
    [InlineData(PrivateLayout.LedgerHeads)]
    public async Task Worker_is_refused_in_the_private_account(string container)
    {
        var name = AzuriteFixture.NewName("blob");
        BlobContainerClient[] all = [azurite.Private.Data, azurite.Private.Work, azurite.Private.Ledgers, azurite.Private.LedgerHeads];
        var owned = all.Single(candidate => candidate.Name == container);
        await owned.UploadBlobAsync(name, BinaryData.FromString("private"));
        Assert.True(await owned.GetBlobClient(name).ExistsAsync());
        await RefusesAsync(new Uri($"{owned.Uri}{_access.Candidates.Query}"), name);
    }

    [Theory]
    [InlineData(ExchangeLayout.Requests)]
    [InlineData(ExchangeLayout.Releases)]
    public async Task Worker_is_refused_in_the_other_containers(string container)
    {
        var name = AzuriteFixture.NewName("blob");
        var owned = azurite.Exchange.Blobs.GetBlobContainerClient(container);
        await owned.UploadBlobAsync(name, BinaryData.FromString("not the worker's"));
        await RefusesAsync(new Uri($"{owned.Uri}{_access.Candidates.Query}"), name);
        await RefusesAsync(new Uri($"{owned.Uri}{_access.Models.Query}"), name);
    }

    [Fact]
    public async Task Worker_cannot_delete_candidates()
    {
        var name = AzuriteFixture.NewName("blob");
        var worker = WorkerStorage.FromAccess(_access);
        await worker.Candidates.UploadBlobAsync(name, BinaryData.FromString("kept"));
        await RefusedAsync(() => worker.Candidates.DeleteBlobAsync(name));
    }

    [Fact]
    public async Task Worker_is_refused_on_all_other_queues()
    {
        string[] others = [.. ExchangeLayout.Queues.Except([ExchangeLayout.GenerationJobs, ExchangeLayout.GenerationResults])];
        foreach (var other in others)
        {
            foreach (var signed in new[] { _access.GenerationJobs, _access.GenerationResults })
            {
                var queue = new QueueClient(new Uri($"{azurite.Exchange.Queue(other).Uri}{signed.Query}"));
                await RefusedAsync(() => queue.SendMessageAsync("intruder"));
                await RefusedAsync(() => queue.ReceiveMessagesAsync());
                await RefusedAsync(() => queue.PeekMessagesAsync());
            }
        }
    }

    [Fact]
    public async Task Worker_can_neither_make_jobs_nor_take_results()
    {
        var worker = WorkerStorage.FromAccess(_access);
        await RefusedAsync(() => worker.Jobs.SendMessageAsync("job"));
        await RefusedAsync(() => worker.Results.ReceiveMessagesAsync());
        await RefusedAsync(() => worker.Results.PeekMessagesAsync());
    }

    [Fact]
    public void Access_travels_as_json_and_hides_itself_elsewhere()
    {
        var json = _access.ToJson();
        Assert.Equal(_access, WorkerAccess.FromJson(json));
        Assert.DoesNotContain("sig=", _access.ToString(), StringComparison.Ordinal);

        var settings = new Dictionary<string, string?> { [WorkerAccess.SettingName] = json };
        var worker = WorkerStorage.FromConfiguration(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        Assert.Null(worker.Poison);
        Assert.False(worker.Candidates.CanGenerateSasUri);
        Assert.False(worker.Jobs.CanGenerateSasUri);
        Assert.False(worker.Results.CanGenerateSasUri);
    }

    [Fact]
    public void Access_comes_from_a_file_too()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, _access.ToJson());
        var settings = new Dictionary<string, string?> { [WorkerAccess.FileSettingName] = file };
        var worker = WorkerStorage.FromConfiguration(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        File.Delete(file);
        Assert.Equal(_access.Candidates.AbsolutePath, worker.Candidates.Uri.AbsolutePath);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("sig=secret")]
    public void Malformed_access_is_refused_without_quoting_it(string json)
    {
        var refusal = Assert.Throws<InvalidDataException>(() => WorkerAccess.FromJson(json));
        Assert.DoesNotContain("secret", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Account_without_a_key_cannot_sign()
    {
        var settings = new Dictionary<string, string?> { [$"{ExchangeAccount.SettingName}:accountName"] = "account" };
        var account = ExchangeAccount.FromConfiguration(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        Assert.Throws<InvalidOperationException>(() => WorkerAccess.Sign(account, TimeSpan.FromHours(1), TimeProvider.System));
    }

    private static async Task RefusesAsync(Uri container, string existingBlob)
    {
        var intruder = new BlobContainerClient(container);
        await RefusedAsync(() => intruder.GetBlobClient(existingBlob).DownloadContentAsync());
        await RefusedAsync(() => intruder.UploadBlobAsync("intruder", BinaryData.FromString("x")));
        await RefusedAsync(() => intruder.GetBlobsAsync().ToListAsync().AsTask());
    }

    private static async Task RefusedAsync(Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<RequestFailedException>(call);
        Assert.Equal(403, refusal.Status);
    }
}
