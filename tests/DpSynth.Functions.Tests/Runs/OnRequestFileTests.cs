using Azure.Messaging.EventGrid;
using DpSynth.Functions.Runs;

namespace DpSynth.Functions.Tests.Runs;

public sealed class OnRequestFileTests
{
    private const string Created = "Microsoft.Storage.BlobCreated";

    [Theory]
    [InlineData("/blobServices/default/containers/requests/blobs/a.json", Created, "a.json")]
    [InlineData("/blobServices/default/containers/requests/blobs/team/a.json", Created, "team/a.json")]
    [InlineData("/blobServices/default/containers/requests/blobs/a.json", "Microsoft.Storage.BlobDeleted", null)]
    [InlineData("/blobServices/default/containers/releases/blobs/a.json", Created, null)]
    [InlineData("/blobServices/default/containers/requests/blobs/notes.txt", Created, null)]
    [InlineData("/blobServices/default/containers/requests/blobs/runs/a.json", Created, null)]
    [InlineData("/blobServices/default/containers/requests/blobs/rejected/runs/a.json", Created, null)]
    [InlineData("/blobServices/default/containers/requests/blobs/answers/a.json", Created, null)]
    public void Event_names_a_request_file_only_where_somebody_else_put_one(string subject, string type, string? file) =>
        Assert.Equal(file, OnRequestFile.FileOf(new EventGridEvent(subject, type, "1", new { api = "PutBlob" })));
}
