using Azure.Storage.Blobs.Models;
using DpSynth.Imaging;
using DpSynth.Imaging.Png;
using DpSynth.Storage.Candidates;
using DpSynth.Storage.Formats;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Storage.Tests.Candidates;

[Collection(AzuriteTests.Name)]
public sealed class PublicImageSourceTests(AzuriteFixture azurite)
{
    private static readonly ImageShape Shape = new(3, 2, 1);

    private readonly PublicImageSource _source = new(azurite.Exchange.Candidates, Decoders.Default);

    [Fact]
    public async Task Set_is_loaded_in_the_order_of_names_and_archives()
    {
        var set = AzuriteFixture.NewName("set");
        await UploadAsync(set, "b.png", Png(3));
        await UploadAsync(set, "c/d.png", Png(4));
        using var archive = new MemoryStream();
        using (var writer = new WebDatasetWriter(archive))
        {
            writer.Add(Png(1), 0);
            writer.Add(Png(2), 0);
        }

        await UploadAsync(set, "a.tar", archive.ToArray());
        await UploadAsync(set, "readme.txt", "not an image"u8.ToArray());

        var images = await _source.LoadAsync(set, Shape, CancellationToken.None);
        Assert.Equal([1, 2, 3, 4], Enumerable.Range(0, images.Count).Select(i => (int)images[i][0]));
    }

    [Fact]
    public async Task Mark_of_a_folder_with_a_dot_in_its_name_is_no_image()
    {
        var set = AzuriteFixture.NewName("set");
        await azurite.Exchange.Candidates.GetBlobClient($"public/{set}/v1.0").UploadAsync(
            BinaryData.Empty, new BlobUploadOptions { Metadata = new Dictionary<string, string> { ["hdi_isfolder"] = "true" } });
        await UploadAsync(set, "v1.0/a.png", Png(7));

        Assert.Equal(1, (await _source.LoadAsync(set, Shape, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Missing_set_is_named_with_what_to_do()
    {
        var set = AzuriteFixture.NewName("set");
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => _source.LoadAsync(set, Shape, CancellationToken.None).AsTask());
        Assert.Contains($"public/{set}/", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_image_is_named()
    {
        var set = AzuriteFixture.NewName("set");
        await UploadAsync(set, "broken.png", [1, 2, 3]);
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(
            () => _source.LoadAsync(set, Shape, CancellationToken.None).AsTask());
        Assert.Contains("broken.png", refusal.Message, StringComparison.Ordinal);
    }

    private static byte[] Png(byte grey) => PngEncoder.Encode(Enumerable.Repeat(grey, 6).ToArray(), Shape);

    private async Task UploadAsync(string set, string file, byte[] content) =>
        await azurite.Exchange.Candidates.UploadBlobAsync($"public/{set}/{file}", BinaryData.FromBytes(content));
}
