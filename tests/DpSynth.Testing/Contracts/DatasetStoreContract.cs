using DpSynth.Synthesis.Datasets;

namespace DpSynth.Testing.Contracts;

/// <summary>What every store of datasets keeps to.</summary>
public abstract class DatasetStoreContract
{
    protected static CancellationToken None => CancellationToken.None;

    /// <summary>The store that is held to it.</summary>
    protected abstract IDatasetStore Store { get; }

    /// <summary>Name of a dataset of this test's own.</summary>
    protected string Dataset { get; } = UniqueName.Of("set");

    /// <summary>Puts a file where the store finds the owners' images, or puts it there again.</summary>
    protected abstract Task PutAsync(string blob, byte[] content);

    /// <summary>Takes a file away.</summary>
    protected abstract Task RemoveAsync(string blob);

    [Fact]
    public async Task Dataset_without_a_file_has_no_listing()
    {
        await PutAsync($"{Dataset}-other/1.png", [1]);
        Assert.Null(await Store.ListDatasetAsync(Dataset, None));
    }

    [Fact]
    public async Task Listing_has_the_images_in_ordinal_order_with_class_length_and_kind()
    {
        await PutAsync($"{Dataset}/b/deep/2.png", [1, 2]);
        await PutAsync($"{Dataset}/a/1.tar", TarBytes.Of(("1.png", [1])));
        await PutAsync($"{Dataset}/Z.png", [1, 2, 3]);
        await PutAsync($"{Dataset}-other/x.png", [1]);

        var listing = (await Store.ListDatasetAsync(Dataset, None))!;

        Assert.Equal((Dataset, false), (listing.Dataset, listing.IsUploading));
        Assert.Equal(
            [
                ($"{Dataset}/Z.png", null, 3, false),
                ($"{Dataset}/a/1.tar", "a", TarBytes.Of(("1.png", [1])).Length, true),
                ($"{Dataset}/b/deep/2.png", "b", 2, false),
            ],
            listing.Blobs.Select(blob => (blob.Name, blob.ClassName, blob.Length, blob.IsArchive)));
    }

    [Fact]
    public async Task Notes_and_hidden_files_are_no_images_and_a_dataset_of_nothing_else_is_empty()
    {
        foreach (var file in (string[])["notes.txt", "owners.csv", "a/labels.json", "README.md", ".hidden.png", "_draft.png", ".folder/1.png"])
        {
            await PutAsync($"{Dataset}/{file}", [1]);
        }

        Assert.Empty((await Store.ListDatasetAsync(Dataset, None))!.Blobs);
    }

    [Fact]
    public async Task Upload_under_way_shows_and_its_mark_is_no_image()
    {
        await PutAsync($"{Dataset}/1.png", [1]);
        await PutAsync($"{Dataset}/{DatasetListing.UploadMarker}", [1]);
        var during = (await Store.ListDatasetAsync(Dataset, None))!;
        await RemoveAsync($"{Dataset}/{DatasetListing.UploadMarker}");
        var after = (await Store.ListDatasetAsync(Dataset, None))!;

        Assert.Equal((true, false), (during.IsUploading, after.IsUploading));
        Assert.Equal($"{Dataset}/1.png", Assert.Single(during.Blobs).Name);
    }

    [Fact]
    public async Task Version_stays_until_a_file_is_written_again_were_it_with_the_same_bytes()
    {
        await PutAsync($"{Dataset}/1.png", [1]);
        await PutAsync($"{Dataset}/2.png", [1]);
        var first = await VersionsAsync();
        Assert.Equal(first, await VersionsAsync());

        await PutAsync($"{Dataset}/2.png", [1]);

        var second = await VersionsAsync();
        Assert.Equal(first[0], second[0]);
        Assert.NotEqual(first[1], second[1]);
    }

    [Fact]
    public async Task Datasets_are_named_once_each_in_ordinal_order()
    {
        string[] datasets = [Dataset, $"{Dataset}-b", $"{Dataset}-B"];
        foreach (var dataset in datasets)
        {
            await PutAsync($"{dataset}/1.png", [1]);
            await PutAsync($"{dataset}/a/2.png", [1]);
        }

        var all = await Store.ListDatasetsAsync(None);

        Assert.Equal(all.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), all);
        Assert.Equal([Dataset, $"{Dataset}-B", $"{Dataset}-b"], all.Where(name => name.StartsWith(Dataset, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Images_come_in_the_order_asked_for_and_archives_unpacked_in_theirs()
    {
        var blobs = Enumerable.Range(0, 40).Select(i => $"{Dataset}/{i:D2}.png").Reverse().ToList();
        foreach (var (i, blob) in blobs.Index())
        {
            await PutAsync(blob, [(byte)i]);
        }

        await PutAsync($"{Dataset}/m.tar", TarBytes.Of(("z/1.png", [101]), (".hidden", [9]), ("1.cls", [9]), ("meta.json", [9]), ("2.png", [102])));
        blobs.Insert(20, $"{Dataset}/m.tar");

        var images = await ReadAsync(blobs);

        Assert.Equal([.. Enumerable.Range(0, 20), 101, 102, .. Enumerable.Range(20, 20)], images.Select(image => (int)image.Encoded.Span[0]));
        Assert.Equal([blobs[0], $"{Dataset}/m.tar!z/1.png", $"{Dataset}/m.tar!2.png"], [images[0].Name, images[20].Name, images[21].Name]);
    }

    [Fact]
    public async Task Reading_may_stop_early()
    {
        var blobs = Enumerable.Range(0, 30).Select(i => $"{Dataset}/{i:D2}.png").ToList();
        foreach (var (i, blob) in blobs.Index())
        {
            await PutAsync(blob, [(byte)i]);
        }

        await foreach (var image in Store.ReadImagesAsync(blobs, null, None))
        {
            Assert.Equal(0, image.Encoded.Span[0]);
            break;
        }
    }

    [Fact]
    public async Task Archive_that_is_broken_is_named()
    {
        await PutAsync($"{Dataset}/cut.tar", TarBytes.Of(("1.png", new byte[2000]))[..1000]);
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync([$"{Dataset}/cut.tar"]));
        Assert.Contains($"{Dataset}/cut.tar", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.png", false)]
    [InlineData("1.png", true)]
    [InlineData("1.tar", false)]
    [InlineData("1.tar", true)]
    public async Task File_that_is_not_the_one_that_was_listed_is_not_read(string file, bool isGone)
    {
        var content = TarBytes.Of(("image.png", [1]));
        await PutAsync($"{Dataset}/{file}", content);
        await PutAsync($"{Dataset}/2.png", content);
        string[] names = [$"{Dataset}/{file}", $"{Dataset}/2.png"];
        var versions = await VersionsAsync();
        Assert.Equal(2, (await ReadAsync(names, versions)).Count);

        await RemoveAsync(names[0]);
        if (!isGone)
        {
            await PutAsync(names[0], content);
        }

        var changed = await Assert.ThrowsAsync<DatasetChangedException>(() => ReadAsync(names, versions));
        Assert.StartsWith($"A file of the dataset '{Dataset}' was replaced or removed", changed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(file, changed.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.png")]
    [InlineData("1.tar")]
    public async Task File_that_is_not_there_ends_the_reading_also_where_any_version_would_do(string file) =>
        await Assert.ThrowsAsync<DatasetChangedException>(() => ReadAsync([$"{Dataset}/{file}"]));

    [Fact]
    public async Task Any_version_is_read_where_none_is_asked_for()
    {
        await PutAsync($"{Dataset}/1.png", [1]);
        await PutAsync($"{Dataset}/1.png", [2]);
        Assert.Equal([2], Assert.Single(await ReadAsync([$"{Dataset}/1.png"])).Encoded.ToArray());
    }

    [Fact]
    public async Task Note_beside_the_images_is_opened_by_its_name()
    {
        Assert.Null(await Store.OpenNoteAsync(Dataset, "owners.csv", None));
        await PutAsync($"{Dataset}/owners.csv", [1, 2, 3]);
        await using var note = (await Store.OpenNoteAsync(Dataset, "owners.csv", None))!;
        using var copy = new MemoryStream();
        await note.CopyToAsync(copy);
        Assert.Equal([1, 2, 3], copy.ToArray());
    }

    [Fact]
    public async Task Calls_of_somebody_who_gave_up_are_cancelled()
    {
        await PutAsync($"{Dataset}/1.png", [1]);
        await Stopped.CallsAsync(
            stop => Store.ListDatasetAsync(Dataset, stop),
            stop => Store.ListDatasetsAsync(stop),
            stop => Store.OpenNoteAsync(Dataset, "owners.csv", stop),
            stop => ReadAsync([$"{Dataset}/1.png"], versions: null, stop));
    }

    protected async Task<List<PrivateImage>> ReadAsync(
        IReadOnlyList<string> blobs, IReadOnlyList<string>? versions = null, CancellationToken cancellationToken = default)
    {
        var images = new List<PrivateImage>();
        await foreach (var image in Store.ReadImagesAsync(blobs, versions, cancellationToken))
        {
            images.Add(image);
        }

        return images;
    }

    private async Task<List<string>> VersionsAsync() => [.. (await Store.ListDatasetAsync(Dataset, None))!.Blobs.Select(blob => blob.Version)];
}
