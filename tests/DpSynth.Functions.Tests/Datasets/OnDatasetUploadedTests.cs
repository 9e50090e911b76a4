using Azure.Messaging.EventGrid;
using DpSynth.Functions.Datasets;

namespace DpSynth.Functions.Tests.Datasets;

public sealed class OnDatasetUploadedTests
{
    [Theory]
    [InlineData("/blobServices/default/containers/private-data/blobs/cats/tabby/1.png", "Microsoft.Storage.BlobCreated", "cats")]
    [InlineData("/blobServices/default/containers/private-data/blobs/cats/1.png", "Microsoft.Storage.BlobCreated", "cats")]
    [InlineData("/blobServices/default/containers/private-data/blobs/1.png", "Microsoft.Storage.BlobCreated", null)]
    [InlineData("/blobServices/default/containers/private-work/blobs/cats/1.png", "Microsoft.Storage.BlobCreated", null)]
    [InlineData("/blobServices/default/containers/private-data/blobs/cats/1.png", "Microsoft.Storage.BlobDeleted", null)]
    public void Event_names_its_dataset_only_where_a_blob_was_created_in_one(string subject, string type, string? dataset)
    {
        var announcement = new EventGridEvent(subject, type, "1", new { api = "PutBlob" });

        Assert.Equal(dataset, OnDatasetUploaded.DatasetOf(announcement));
    }
}
