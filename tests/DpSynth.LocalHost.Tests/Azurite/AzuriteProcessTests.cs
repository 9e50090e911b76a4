using System.Diagnostics;
using System.Net.Sockets;
using Azure;
using Azure.Storage.Blobs;
using DpSynth.LocalHost.Azurite;

namespace DpSynth.LocalHost.Tests.Azurite;

public sealed class AzuriteProcessTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Data_and_keys_are_there_again_after_a_restart()
    {
        string first;
        await using (var azurite = await StartAsync())
        {
            first = azurite.PrivateStorage;
            await new BlobContainerClient(azurite.PrivateStorage, "kept").CreateAsync();
            await new BlobClient(azurite.PrivateStorage, "kept", "it").UploadAsync(BinaryData.FromString("still here"));
        }

        await using var again = await StartAsync();
        Assert.Equal(first, again.PrivateStorage);
        var content = await new BlobClient(again.PrivateStorage, "kept", "it").DownloadContentAsync();
        Assert.Equal("still here", content.Value.Content.ToString());
    }

    [Fact]
    public async Task Data_go_into_the_folder_whatever_database_the_environment_names()
    {
        const string variable = "AZURITE_DB";
        Environment.SetEnvironmentVariable(variable, "mysql://127.0.0.1:1/azurite");
        try
        {
            await using var azurite = await StartAsync();
            await new BlobContainerClient(azurite.PrivateStorage, "here").CreateAsync();
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, value: null);
        }

        Assert.Contains("\"here\"", await File.ReadAllTextAsync(_folder["data/__azurite_db_blob__.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_emulator_saves_and_ends_by_itself_when_a_client_never_finishes_its_request()
    {
        await using var azurite = await StartAsync();
        var blobs = new BlobServiceClient(azurite.PrivateStorage).Uri;
        using var client = new TcpClient();
        await client.ConnectAsync(blobs.Host, blobs.Port);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost:"u8.ToArray());

        // A request that is answered shows that the emulator has seen the one before it.
        await new BlobContainerClient(azurite.PrivateStorage, "asked").CreateAsync();
        await azurite.DisposeAsync();
        Assert.Equal(0, azurite.ExitCode);
    }

    [Fact]
    public async Task One_account_does_not_open_the_other()
    {
        await using var azurite = await StartAsync();
        await new BlobContainerClient(azurite.PrivateStorage, "secret").CreateAsync();
        Assert.False(await new BlobContainerClient(azurite.ExchangeStorage, "secret").ExistsAsync());

        var stolen = azurite.PrivateStorage.Replace(KeyOf(azurite.PrivateStorage), KeyOf(azurite.ExchangeStorage));
        var refusal = await Assert.ThrowsAsync<RequestFailedException>(
            () => new BlobContainerClient(stolen, "secret").GetPropertiesAsync());
        Assert.Equal(403, refusal.Status);

        static string KeyOf(string connection) => connection.Split(';').Single(p => p.StartsWith("AccountKey=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_are_readable_by_their_owner_only()
    {
        await using var azurite = await StartAsync();
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["azurite.json"]));
    }

    [Fact]
    public async Task A_second_start_on_the_folder_is_refused_with_the_first_ones_process_id()
    {
        await using var azurite = await StartAsync();
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(StartAsync);
        Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_finds_other_ports_when_the_old_ones_are_taken()
    {
        string before;
        await using (var azurite = await StartAsync())
        {
            before = azurite.PrivateStorage;
        }

        var port = new Uri(new BlobServiceClient(before).Uri.ToString()).Port;
        using var squatter = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        squatter.Start();
        await using var again = await StartAsync();
        Assert.NotEqual(before, again.PrivateStorage);
        Assert.False(await new BlobContainerClient(again.PrivateStorage, "any").ExistsAsync());
    }

    [Fact]
    public async Task The_emulator_is_gone_after_dispose()
    {
        int id;
        await using (var azurite = await StartAsync())
        {
            id = azurite.ProcessId;
        }

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(id));
    }

    private Task<AzuriteProcess> StartAsync() =>
        AzuriteProcess.StartAsync(new AzuriteOptions { DataFolder = _folder.Path }, CancellationToken.None);
}
