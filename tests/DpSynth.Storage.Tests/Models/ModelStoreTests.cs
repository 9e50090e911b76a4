using System.Diagnostics;
using System.Diagnostics.Metrics;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Layout;
using DpSynth.Storage.Models;
using DpSynth.Storage.Workers;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Telemetry;

namespace DpSynth.Storage.Tests.Models;

/// <summary>Models on their way through the container, fetched by whoever holds a worker's access.</summary>
[Collection(AzuriteTests.Name)]
public sealed class ModelStoreTests(AzuriteFixture azurite) : IDisposable
{
    // Above one part of a transfer, and no multiple of it.
    private const int LargeFile = (17 << 20) + 3;

    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("dpsynth-models-");
    private readonly string _name = AzuriteFixture.NewName("sd-1.5");

    private static CancellationToken None => CancellationToken.None;

    public void Dispose() => _scratch.Delete(recursive: true);

    [Fact]
    public async Task Pushed_model_is_fetched_by_its_fingerprint_byte_for_byte()
    {
        var (folder, index) = await PushAsync();
        var model = await NewStore().OpenAsync(_name, index.Fingerprint, None);
        Assert.Equal(index.Fingerprint, model.Fingerprint);
        Assert.Equal(index.Fingerprint, Path.GetFileName(model.Folder));
        foreach (var file in index.Files)
        {
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(folder, file.Path)), await File.ReadAllBytesAsync(Path.Combine(model.Folder, file.Path)));
        }

        Assert.Equal(4, index.Files.Count);
        Assert.Equal(Contents(model.Folder), Contents(folder));
    }

    [Fact]
    public async Task Fetched_model_stays_when_the_container_no_longer_holds_it()
    {
        var (_, index) = await PushAsync();
        var first = await NewStore().OpenAsync(_name, index.Fingerprint, None);
        await azurite.Exchange.Models.DeleteBlobAsync(ExchangeLayout.ModelIndex(_name));
        Assert.Equal(first, await NewStore().OpenAsync(_name, index.Fingerprint, None));
    }

    [Fact]
    public async Task Many_who_want_a_model_at_once_all_get_it()
    {
        var (_, index) = await PushAsync();
        ModelStore[] processes = [NewStore(), NewStore(), NewStore()];
        var models = await Task.WhenAll(processes.SelectMany(process => new[]
        {
            process.OpenAsync(_name, index.Fingerprint, None), process.OpenAsync(_name, null, None),
        }));
        Assert.Single(models.Distinct());
        Assert.Equal([index.Fingerprint], CacheEntries());
    }

    [Fact]
    public async Task Models_directory_comes_before_the_container()
    {
        var (_, pushed) = await PushAsync();
        var mounted = WriteModel(Path.Combine(_scratch.FullName, "mounted", _name), seed: 2);
        var store = NewStore("mounted");
        var model = await store.OpenAsync(_name, null, None);
        Assert.Equal(mounted, model.Folder);
        Assert.Equal(model.Fingerprint, (await store.FindAsync(_name, None))!.Fingerprint);
        Assert.NotEqual(pushed.Fingerprint, model.Fingerprint);
        Assert.Empty(CacheEntries());

        // A run that pinned the other one gets that.
        Assert.Equal(pushed.Fingerprint, (await store.OpenAsync(_name, pushed.Fingerprint, None)).Fingerprint);
    }

    [Fact]
    public async Task Model_that_is_not_the_pinned_one_is_refused_in_one_sentence()
    {
        await PushAsync();
        WriteModel(Path.Combine(_scratch.FullName, "mounted", _name), seed: 2);
        var pinned = new string('a', 64);
        var refusal = await Assert.ThrowsAsync<ModelUnavailableException>(() => NewStore("mounted").OpenAsync(_name, pinned, None));
        Assert.Contains("pinned the model", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("this machine holds it as", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("the container 'models' holds it as", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("aaaaaaaaaaaa…", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-model")]
    [InlineData("../mounted")]
    [InlineData("..")]
    public async Task Name_without_a_model_is_refused(string name)
    {
        Directory.CreateDirectory(Path.Combine(_scratch.FullName, "mounted"));
        var store = NewStore("mounted");
        Assert.Null(await store.FindAsync(name, None));
        var refusal = await Assert.ThrowsAsync<ModelUnavailableException>(() => store.OpenAsync(name, null, None));
        Assert.Contains("nor is there one in the container 'models'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_is_not_what_the_index_says_is_refused_until_it_is_mended()
    {
        var (folder, index) = await PushAsync();
        var blob = azurite.Exchange.Models.GetBlobClient(ExchangeLayout.ModelFile(_name, "unet/model.onnx_data"));
        await blob.UploadAsync(new BinaryData(new byte[LargeFile]), overwrite: true);
        var store = NewStore();
        Assert.Contains(
            "'unet/model.onnx_data'",
            (await Assert.ThrowsAsync<InvalidDataException>(() => store.OpenAsync(_name, null, None))).Message,
            StringComparison.Ordinal);
        Assert.Empty(CacheEntries());

        await new ModelContainer(azurite.Exchange.Models).PushAsync(_name, folder, index, null, None);
        Assert.Equal(index.Fingerprint, (await store.OpenAsync(_name, index.Fingerprint, None)).Fingerprint);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task File_that_is_shorter_than_the_index_says_is_refused(int bytes)
    {
        await PushAsync();
        var blob = azurite.Exchange.Models.GetBlobClient(ExchangeLayout.ModelFile(_name, "unet/model.onnx_data"));
        await blob.UploadAsync(new BinaryData(new byte[bytes]), overwrite: true);
        await Assert.ThrowsAsync<InvalidDataException>(() => NewStore().OpenAsync(_name, null, None));
        Assert.Empty(CacheEntries());
    }

    [Fact]
    public async Task Download_that_was_broken_off_goes_on_where_it_was()
    {
        var (folder, index) = await PushAsync();

        // What a process that was killed leaves: a file that is whole, one that is not, one that does not belong there.
        var partial = Path.Combine(Cache, $"{index.Fingerprint}.dead.partial");
        Directory.CreateDirectory(Path.Combine(partial, "unet"));
        File.Copy(Path.Combine(folder, "unet", "model.onnx_data"), Path.Combine(partial, "unet", "model.onnx_data"));
        await File.WriteAllBytesAsync(Path.Combine(partial, "model_index.json"), new byte[3]);
        await File.WriteAllBytesAsync(Path.Combine(partial, "stray"), new byte[3]);
        var (fetched, model) = await FetchCountingAsync(index);
        Assert.Equal(Contents(folder), Contents(model.Folder));
        Assert.Equal(index.Bytes - LargeFile, fetched);
        Assert.Equal([index.Fingerprint], CacheEntries());
    }

    [Fact]
    public async Task Cached_model_that_was_tampered_with_is_fetched_again()
    {
        var (folder, index) = await PushAsync();
        var model = await NewStore().OpenAsync(_name, index.Fingerprint, None);
        await File.WriteAllTextAsync(Path.Combine(model.Folder, "model_index.json"), "{}");
        var (fetched, again) = await FetchCountingAsync(index);
        Assert.Equal(index.Bytes, fetched);
        Assert.Equal(Contents(folder), Contents(again.Folder));
    }

    [Fact]
    public async Task Push_that_was_broken_off_leaves_no_model_and_is_not_begun_anew()
    {
        var (folder, index) = await PushAsync();
        await azurite.Exchange.Models.DeleteBlobAsync(ExchangeLayout.ModelIndex(_name));
        Assert.Null(await new ModelContainer(azurite.Exchange.Models).FindAsync(_name, None));
        var before = await VersionsAsync();

        await new ModelContainer(azurite.Exchange.Models).PushAsync(_name, folder, index, null, None);
        var after = await VersionsAsync();
        Assert.True(after.Remove(ExchangeLayout.ModelIndex(_name)));
        Assert.Equal(before, after);
        Assert.Equal(index.Fingerprint, (await new ModelContainer(azurite.Exchange.Models).FindAsync(_name, None))!.Fingerprint);
    }

    [Fact]
    public async Task Push_over_another_model_leaves_nothing_of_it()
    {
        await PushAsync();
        await azurite.Exchange.Models.GetBlobClient(ExchangeLayout.ModelIndex(_name)).CreateSnapshotAsync();
        await azurite.Exchange.Models.GetBlobClient(ExchangeLayout.ModelFile(_name, "unet/model.onnx")).CreateSnapshotAsync();
        var folder = Path.Combine(_scratch.FullName, "smaller");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "model.onnx"), "another");
        var index = await new FileHashes().IndexAsync(folder, None);
        await new ModelContainer(azurite.Exchange.Models).PushAsync(_name, folder, index, null, None);
        Assert.Equal([$"{_name}/model.json", $"{_name}/model.onnx"], (await VersionsAsync()).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Push_that_loses_to_another_says_so_and_one_of_the_same_model_does_not()
    {
        var container = new ModelContainer(azurite.Exchange.Models);
        var folder = WriteModel(Path.Combine(_scratch.FullName, "source"), seed: 1);
        var index = await new FileHashes().IndexAsync(folder, None);
        var other = ModelIndex.Of([index.Files[0]]);

        // The other one's index comes in between: while the files go up.
        var meanwhile = new OnReport(() => azurite.Exchange.Models.GetBlobClient(ExchangeLayout.ModelIndex(_name))
            .Upload(BinaryData.FromBytes(StorageJson.Encode(other)), overwrite: true, None));
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => container.PushAsync(_name, folder, index, meanwhile, None));
        Assert.Contains("at the same time", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(other.Fingerprint, (await container.FindAsync(_name, None))!.Fingerprint);

        meanwhile = new OnReport(() => azurite.Exchange.Models.GetBlobClient(ExchangeLayout.ModelIndex(_name))
            .Upload(BinaryData.FromBytes(StorageJson.Encode(index)), overwrite: true, None));
        await container.PushAsync(_name, folder, index, meanwhile, None);
    }

    [Theory]
    [InlineData("../../outside")]
    [InlineData("/outside")]
    [InlineData("a/../../outside")]
    [InlineData(".hidden")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    public async Task Index_that_reaches_outside_the_models_folder_is_refused(string path)
    {
        var index = ModelIndex.Of([new ModelFile(path, 1, new string('0', 64))]);
        await azurite.Exchange.Models.UploadBlobAsync(ExchangeLayout.ModelIndex(_name), BinaryData.FromBytes(StorageJson.Encode(index)));
        await Assert.ThrowsAsync<InvalidDataException>(() => NewStore().OpenAsync(_name, null, None));
        await Assert.ThrowsAsync<ArgumentException>(
            () => new ModelContainer(azurite.Exchange.Models).PushAsync(_name, _scratch.FullName, index, null, None));
    }

    [Fact]
    public async Task Index_whose_fingerprint_is_not_its_files_is_refused()
    {
        var index = ModelIndex.Of([new ModelFile("a", 1, new string('0', 64))]) with { Fingerprint = new string('1', 64) };
        await azurite.Exchange.Models.UploadBlobAsync(ExchangeLayout.ModelIndex(_name), BinaryData.FromBytes(StorageJson.Encode(index)));
        Assert.Contains(
            "fingerprint", (await Assert.ThrowsAsync<InvalidDataException>(() => NewStore().FindAsync(_name, None))).Message, StringComparison.Ordinal);
    }

    private string Cache => Path.Combine(_scratch.FullName, "cache");

    private string[] CacheEntries() => Directory.Exists(Cache)
        ? [.. Directory.EnumerateDirectories(Cache).Select(Path.GetFileName).Where(name => !name!.EndsWith(".partial", StringComparison.Ordinal))!]
        : [];

    /// <summary>A store as another process would have it: nothing is shared but the directory.</summary>
    private ModelStore NewStore(string directory = "no-models-here", ModelInstruments? instruments = null)
    {
        var hashes = new FileHashes();
        var access = WorkerAccess.Sign(azurite.Exchange, TimeSpan.FromHours(1), TimeProvider.System);
        var container = new ModelContainer(WorkerStorage.FromAccess(access).Models);
        return new ModelStore(
            new LocalModels(Path.Combine(_scratch.FullName, directory), hashes), container, new ModelCache(Cache, container, hashes, instruments));
    }

    private async Task<(long Fetched, LocalModel Model)> FetchCountingAsync(ModelIndex index)
    {
        using var meters = new SingleMeter();
        using var listener = new MeterListener();
        long fetched = 0;
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter == meters.Meter && instrument.Name == "dpsynth.model.download.size")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, bytes, _, _) => Interlocked.Add(ref fetched, bytes));
        listener.Start();
        var model = await NewStore(instruments: new ModelInstruments(meters)).OpenAsync(_name, index.Fingerprint, None);
        return (fetched, model);
    }

    private async Task<(string Folder, ModelIndex Index)> PushAsync()
    {
        var folder = WriteModel(Path.Combine(_scratch.FullName, "source"), seed: 1);
        var index = await new FileHashes().IndexAsync(folder, None);
        await new ModelContainer(azurite.Exchange.Models).PushAsync(_name, folder, index, null, None);
        return (folder, index);
    }

    private async Task<Dictionary<string, string>> VersionsAsync() =>
        await azurite.Exchange.Models.GetBlobsAsync(new() { Prefix = $"{_name}/" })
            .ToDictionaryAsync(blob => blob.Name, blob => blob.Properties.ETag.ToString()!);

    private static string WriteModel(string folder, int seed)
    {
        var random = new Random(seed);
        (string File, int Length)[] files =
            [("model_index.json", 100), ("unet/model.onnx", 1000), ("unet/model.onnx_data", LargeFile), ("tokenizer/empty ~name.txt", 0)];
        foreach (var (file, length) in files)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var path = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }

        // Hidden: no part of the model.
        File.WriteAllText(Path.Combine(folder, ".gitattributes"), $"{seed}");
        return folder;
    }

    private static SortedDictionary<string, string> Contents(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file)[0] != '.')
            .ToDictionary(
                file => Path.GetRelativePath(folder, file), file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))),
        StringComparer.Ordinal);

    private sealed class OnReport(Action then) : IProgress<long>
    {
        public void Report(long value) => then();
    }

    private sealed class SingleMeter : IMeterFactory
    {
        public Meter Meter { get; } = new($"test-{Stopwatch.GetTimestamp()}");

        public Meter Create(MeterOptions options) => Meter;

        public void Dispose() => Meter.Dispose();
    }
}
