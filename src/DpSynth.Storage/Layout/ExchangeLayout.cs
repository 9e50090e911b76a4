using System.Globalization;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Sharing;

namespace DpSynth.Storage.Layout;

/// <summary>Every container, queue and blob name of the exchange account.</summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>requests</c></term><description><c>runs/RUN.json</c>, <c>ended/RUN.json</c>, <c>rejected/runs/RUN.json</c>,
/// <c>rejected/messages/MESSAGE.json</c>; request files under any other name that ends in <c>.json</c>, each answered in
/// <c>answers/NAME</c></description></item>
/// <item><term><c>candidates</c></term><description><c>runs/RUN/</c> with <c>recipe.json</c>, <c>ended</c>, <c>generation-003/parents.npy</c>,
/// <c>generation-003/shard-00012</c> with <c>.tar</c>, <c>.parameters.npy</c>, <c>.embeddings.npy</c> and, written last,
/// <c>.json</c>, <c>drawings/003-00012/SEED</c>, <c>NAME.json</c> of shared records; <c>shared/NAME.json</c>; <c>public/NAME/…</c></description></item>
/// <item><term><c>models</c></term><description><c>NAME/</c> with the model's files and, written last, <c>model.json</c></description></item>
/// <item><term><c>releases</c></term><description><c>RUN/FILE</c></description></item>
/// </list>
/// </remarks>
public static class ExchangeLayout
{
    /// <summary>The container of request files, and of accepted and rejected requests.</summary>
    public const string Requests = "requests";

    /// <summary>The container of the public side's work.</summary>
    public const string Candidates = "candidates";

    /// <summary>The container of what is published.</summary>
    public const string Releases = "releases";

    /// <summary>The container of models.</summary>
    public const string Models = "models";

    /// <summary>Name of the index among a model's files in <see cref="Models"/>.</summary>
    public const string ModelIndexFile = "model.json";

    /// <summary>The queue of requests for runs.</summary>
    public const string RunRequests = "run-requests";

    /// <summary>The queue of request files that were put into <see cref="Requests"/>.</summary>
    public const string RequestFiles = "request-files";

    /// <summary>The queue of shards to make.</summary>
    public const string GenerationJobs = "generation-jobs";

    /// <summary>The queue of shards made.</summary>
    public const string GenerationResults = "generation-results";

    /// <summary>The queue of uploads to <c>private-data</c>.</summary>
    public const string DatasetEvents = "dataset-events";

    /// <summary>The queue on which the ends of runs are announced; whoever wants to know takes messages off it.</summary>
    public const string RunEvents = "run-events";

    /// <summary>The folder of public image sets in <see cref="Candidates"/>.</summary>
    public const string PublicSets = "public/";

    /// <summary>The prefix of accepted requests in <see cref="Requests"/>.</summary>
    public const string AcceptedRequests = "runs/";

    /// <summary>The prefix of the records in <see cref="Requests"/> of how runs ended.</summary>
    public const string EndedRuns = "ended/";

    /// <summary>The prefix of rejections in <see cref="Requests"/>.</summary>
    public const string Rejections = "rejected/";

    /// <summary>The prefix of answers to request files in <see cref="Requests"/>.</summary>
    public const string Answers = "answers/";

    /// <summary>What the name of a request file ends in.</summary>
    public const string RequestFileSuffix = ".json";

    /// <summary>The folder in <see cref="Candidates"/> of what runs share.</summary>
    private const string Shared = "shared/";

    private const string PoisonSuffix = "-poison";
    private const string ShardPrefix = "shard-";
    private const string ShardMarkerSuffix = ".json";

    /// <summary>All containers.</summary>
    public static IReadOnlyList<string> Containers { get; } = [Requests, Candidates, Releases, Models];

    /// <summary>All queues, each that this software reads with its poison queue.</summary>
    public static IReadOnlyList<string> Queues { get; } =
    [
        RunRequests, Poison(RunRequests),
        RequestFiles, Poison(RequestFiles),
        GenerationJobs, Poison(GenerationJobs),
        GenerationResults, Poison(GenerationResults),
        DatasetEvents, Poison(DatasetEvents),
        RunEvents,
    ];

    /// <summary>Where messages of a queue end that cannot be served.</summary>
    public static string Poison(string queue) => $"{queue}{PoisonSuffix}";

    /// <summary>Whether a queue is where such messages end.</summary>
    public static bool IsPoison(string queue) => queue.EndsWith(PoisonSuffix, StringComparison.Ordinal);

    /// <summary>The prefixes in <see cref="Requests"/> below which the app itself writes.</summary>
    public static IReadOnlyList<string> OwnRequestPrefixes { get; } = [AcceptedRequests, EndedRuns, Rejections, Answers];

    /// <summary>Whether a blob in <see cref="Requests"/> is a request that somebody put there.</summary>
    public static bool IsRequestFile(string blobName) =>
        blobName.EndsWith(RequestFileSuffix, StringComparison.Ordinal)
        && !OwnRequestPrefixes.Any(prefix => blobName.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The answer to a request file.</summary>
    public static string Answer(string requestFile) => $"{Answers}{string.Join('/', requestFile.Split('/').Select(BlobNames.Segment))}";

    /// <summary>An accepted request.</summary>
    public static string AcceptedRequest(string runId) => $"{AcceptedRequests}{BlobNames.Segment(runId)}.json";

    /// <summary>The record of how a run ended.</summary>
    public static string EndedRun(string runId) => $"{EndedRuns}{BlobNames.Segment(runId)}.json";

    /// <summary>The rejection of a request whose run id could be read.</summary>
    public static string RejectedRun(string runId) => $"{Rejections}runs/{BlobNames.Segment(runId)}.json";

    /// <summary>The rejection of a message whose run id could not be read.</summary>
    public static string RejectedMessage(string messageId) => $"{Rejections}messages/{BlobNames.Segment(messageId)}.json";

    /// <summary>A run's folder in <see cref="Candidates"/>.</summary>
    public static string Run(string runId) => $"runs/{BlobNames.Segment(runId)}/";

    /// <summary>A run's recipe.</summary>
    public static string Recipe(string runId) => $"{Run(runId)}recipe.json";

    /// <summary>The word that a run is over.</summary>
    public static string Ended(string runId) => $"{Run(runId)}ended";

    /// <summary>The folder of a generation.</summary>
    public static string Generation(string runId, int generation) => $"{Generations(runId)}{generation:D3}/";

    /// <summary>What the folders of all generations of a run begin with.</summary>
    public static string Generations(string runId) => $"{Run(runId)}generation-";

    /// <summary>The parents of a generation.</summary>
    public static string Parents(string runId, int generation) => $"{Generation(runId, generation)}parents.npy";

    /// <summary>What all shards of a generation begin with.</summary>
    public static string Shards(string runId, int generation) => $"{Generation(runId, generation)}{ShardPrefix}";

    /// <summary>A shard's images.</summary>
    public static string Tar(CandidateShardId shard) => $"{Shard(shard)}.tar";

    /// <summary>A shard's parameters.</summary>
    public static string Parameters(CandidateShardId shard) => $"{Shard(shard)}.parameters.npy";

    /// <summary>A shard's embeddings.</summary>
    public static string Embeddings(CandidateShardId shard) => $"{Shard(shard)}.embeddings.npy";

    /// <summary>A shard's description, written last: where it is, the shard is complete.</summary>
    public static string ShardMarker(CandidateShardId shard) => $"{Shard(shard)}{ShardMarkerSuffix}";

    /// <summary>What all single drawings of a run, or of one generation, begin with.</summary>
    public static string Drawings(string runId, int? generation) => $"{Run(runId)}drawings/{(generation is { } number ? $"{number:D3}-" : "")}";

    /// <summary>The folder of a shard's single drawings.</summary>
    public static string Drawings(CandidateShardId shard) => $"{Drawings(shard.RunId, shard.Generation)}{shard.Shard:D5}/";

    /// <summary>A single drawing.</summary>
    public static string Drawing(CandidateShardId shard, ulong seed) => $"{Drawings(shard)}{seed:x16}";

    /// <summary>A record that workers share.</summary>
    public static string SharedRecord(SharedRecordId id) => $"{(id.RunId is null ? Shared : Run(id.RunId))}{BlobNames.Segment(id.Name)}.json";

    /// <summary>The shard's number, if <paramref name="blobName"/> is a <see cref="ShardMarker"/>; else null.</summary>
    public static int? ShardOfMarker(string blobName)
    {
        var file = blobName.AsSpan(blobName.LastIndexOf('/') + 1);
        return file.StartsWith(ShardPrefix, StringComparison.Ordinal) && file.EndsWith(ShardMarkerSuffix, StringComparison.Ordinal)
            && int.TryParse(file[ShardPrefix.Length..^ShardMarkerSuffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
            ? shard
            : null;
    }

    /// <summary>The folder of a public image set in <see cref="Candidates"/>.</summary>
    public static string PublicSet(string name) => $"{PublicSets}{BlobNames.Segment(name)}/";

    /// <summary>The folder of a release in <see cref="Releases"/>.</summary>
    public static string Release(string runId) => $"{BlobNames.Segment(runId)}/";

    /// <summary>One file of a release in <see cref="Releases"/>.</summary>
    public static string ReleaseFile(string runId, string fileName) => $"{Release(runId)}{BlobNames.Segment(fileName)}";

    /// <summary>The folder of a model in <see cref="Models"/>.</summary>
    public static string Model(string name) => $"{BlobNames.Segment(name)}/";

    /// <summary>A model's index in <see cref="Models"/>, written last: where it is, the model is complete.</summary>
    public static string ModelIndex(string name) => $"{Model(name)}{ModelIndexFile}";

    /// <summary>One file of a model in <see cref="Models"/>.</summary>
    public static string ModelFile(string name, string path) => $"{Model(name)}{string.Join('/', path.Split('/').Select(BlobNames.Segment))}";

    private static string Shard(CandidateShardId shard) => $"{Shards(shard.RunId, shard.Generation)}{shard.Shard:D5}";
}
