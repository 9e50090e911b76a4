using Azure;
using DpSynth.Storage.Accounts;

namespace DpSynth.Storage.Tests.Accounts;

[Collection(AzuriteTests.Name)]
public sealed class RangedBlobStreamTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(RangedBlobStream.RangeSize)]
    [InlineData(RangedBlobStream.RangeSize + 1)]
    [InlineData((RangedBlobStream.RangeSize * (RangedBlobStream.RangesAhead + 2)) - 7)]
    public async Task Blob_is_read_whole_and_in_order(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        var blob = azurite.Private.Data.GetBlobClient(AzuriteFixture.NewName("ranged"));
        await blob.UploadAsync(BinaryData.FromBytes(content));

        await using var stream = await RangedBlobStream.OpenAsync(blob, null, default);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read);

        Assert.True(content.AsSpan().SequenceEqual(read.ToArray()));
    }

    [Fact]
    public async Task Blob_that_is_replaced_meanwhile_is_not_read_on()
    {
        var blob = azurite.Private.Data.GetBlobClient(AzuriteFixture.NewName("ranged"));
        var content = BinaryData.FromBytes(new byte[RangedBlobStream.RangeSize * (RangedBlobStream.RangesAhead + 3)]);
        await blob.UploadAsync(content);
        await using var stream = await RangedBlobStream.OpenAsync(blob, null, default);
        await blob.UploadAsync(content, overwrite: true);

        var fault = await Assert.ThrowsAsync<RequestFailedException>(() => stream.CopyToAsync(Stream.Null));

        Assert.Equal(412, fault.Status);
        await Assert.ThrowsAsync<RequestFailedException>(() => stream.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Reading_may_stop_early()
    {
        var blob = azurite.Private.Data.GetBlobClient(AzuriteFixture.NewName("ranged"));
        await blob.UploadAsync(BinaryData.FromBytes(new byte[RangedBlobStream.RangeSize * 3]));
        var stream = await RangedBlobStream.OpenAsync(blob, null, default);
        await stream.ReadExactlyAsync(new byte[10]);
        await stream.DisposeAsync();
        await stream.DisposeAsync();
    }
}
