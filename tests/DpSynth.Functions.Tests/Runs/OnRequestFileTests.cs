using System.Text.Json.Nodes;
using Azure.Messaging.EventGrid;
using Azure.Storage.Queues.Models;
using DpSynth.Catalogue;
using DpSynth.Functions.Runs;
using DpSynth.Functions.Telemetry;
using DpSynth.Functions.Tests.EventPush;
using DpSynth.Functions.Tests.Telemetry;
using DpSynth.Synthesis.Runs;

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

    /// <summary>An upload of many files is announced in few messages.</summary>
    [Fact]
    public async Task Bad_request_files_leave_those_that_share_their_message_alone()
    {
        var runs = new RememberedRuns();
        var files = new Files
        {
            ["half.json"] = """{"runId":"\ud800"}""",
            ["first.json"] = Receiver.Request("first"),
            ["taken.json"] = Receiver.Request(RememberedRuns.Taken),
            ["second.json"] = Receiver.Request("second"),
            ["unreachable.json"] = Receiver.Request(RememberedRuns.Unreachable),
            ["key.json"] = """{"\ud800":1}""",
            ["third.json"] = Receiver.Request("third"),
        };
        using var measurements = new Measurements();
        var starter = new RunStarter(
            new RunAdmission(runs, null!, null!, null!, RequestParts.Reader, new Methods([]), TimeProvider.System), [],
                new FunctionInstruments(measurements.Factory));
        var events = new JsonArray([5, "text", new JsonObject { ["eventTyp"] = "\ud800" }, .. files.Keys.Select(Announce)]);
        var message = QueuesModelFactory.QueueMessage("m", "r", BinaryData.FromString(events.ToJsonString()), dequeueCount: 5);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => new OnRequestFile(starter, files, TimeProvider.System).RunAsync(message, new NoOrchestrations(), CancellationToken.None));

        Assert.Equal(4, Assert.IsType<AggregateException>(failure.InnerException).InnerExceptions.Count);
        Assert.Equal(["first", "second", "third"], files.Answers.Where(answer => answer.Accepted).Select(answer => answer.RunId));
        Assert.Equal(["half.json", "taken.json", "key.json"], files.Answers.Where(answer => !answer.Accepted).Select(answer => answer.File));
        Assert.Equal(4, runs.Rejections.Count);
        Assert.All(runs.Rejections, rejection => Assert.Equal("m", rejection.MessageId));

        static JsonNode Announce(string file) => new JsonObject
        {
            ["id"] = file,
            ["topic"] = "/t",
            ["subject"] = $"/blobServices/default/containers/requests/blobs/{file}",
            ["eventType"] = Created,
            ["eventTime"] = "2026-11-22T10:00:00Z",
            ["dataVersion"] = "1",
            ["data"] = new JsonObject(),
        };
    }

    private sealed class Files : Dictionary<string, string>, IRequestFiles
    {
        public List<RequestFileAnswer> Answers { get; } = [];

        public Task<string?> ReadAsync(string file, CancellationToken cancellationToken) => Task.FromResult<string?>(this[file]);

        public Task AnswerAsync(RequestFileAnswer answer, CancellationToken cancellationToken)
        {
            Answers.Add(answer);
            return Task.CompletedTask;
        }
    }
}
