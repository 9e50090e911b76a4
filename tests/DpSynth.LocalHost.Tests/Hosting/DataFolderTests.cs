using Azure.Storage.Blobs;

namespace DpSynth.LocalHost.Tests.Hosting;

public sealed class DataFolderTests : IDisposable
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly ScratchFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Folder_and_all_that_the_host_keeps_in_it_are_its_users_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // As version 0.1 has left it.
        File.SetUnixFileMode(_data.Path, Everybodys(folder: true));
        foreach (var folder in new[] { "azurite", "azurite/data" })
        {
            Directory.CreateDirectory(_data[folder], Everybodys(folder: true));
        }

        foreach (var file in new[] { "host.log", "host.pid", "azurite/azurite.log", "azurite/azurite.pid" })
        {
            File.WriteAllText(_data[file], "0");
            File.SetUnixFileMode(_data[file], Everybodys(folder: false));
        }

        await using (var host = await LocalFunctionHost.StartAsync(HostFixture.Options(_data.Path, new Inbox()), CancellationToken.None))
        {
            await new BlobContainerClient(host.PrivateStorage, "private-data").CreateIfNotExistsAsync();
            await new BlobContainerClient(host.PrivateStorage, "private-data").UploadBlobAsync("a/b.png", BinaryData.FromString("x"));
            AssertClosed();
        }

        AssertClosed();
    }

    [Fact]
    public void What_somebody_else_has_put_into_the_folder_stays_as_it_is()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.WriteAllText(_data["notes.txt"], "mine");
        File.SetUnixFileMode(_data["notes.txt"], Everybodys(folder: false));
        DataFolder.Close(_data.Path);
        Assert.Equal(Everybodys(folder: false), File.GetUnixFileMode(_data["notes.txt"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_data.Path));
    }

    private static UnixFileMode Everybodys(bool folder) => UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead
        | (folder ? UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None);

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private void AssertClosed()
    {
        // host.json is the test's own.
        var open = Directory.EnumerateFileSystemEntries(_data.Path, "*", SearchOption.AllDirectories).Prepend(_data.Path)
            .Where(entry => (File.GetUnixFileMode(entry) & Others) != UnixFileMode.None && Path.GetFileName(entry) != "host.json");
        Assert.Empty(open);
    }
}
