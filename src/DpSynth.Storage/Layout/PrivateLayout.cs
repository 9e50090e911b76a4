namespace DpSynth.Storage.Layout;

/// <summary>
/// Every container and blob name of the private account. Names derive from run, iteration, class and shard, so that a second run
/// of the same work finds the first one's.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>private-data</c></term><description><c>DATASET/CLASS/FILE</c>, or <c>DATASET/FILE</c> where there are no classes</description></item>
/// <item><term><c>private-work</c></term><description><c>RUN/…</c>: records, embeddings, votes, measurements, details for the owner</description></item>
/// <item><term><c>ledgers</c></term><description><c>lineages/LINEAGE/</c> with <c>entries-00000.jsonl</c>, <c>images/HASH.bin</c>: appended to or
/// written once, never changed, so that an immutability policy can hold them</description></item>
/// <item><term><c>ledger-heads</c></term><description><c>lineages/catalogue.json</c>, <c>lineages/LINEAGE/head.json</c>: rewritten as ledgers
/// grow</description></item>
/// </list>
/// </remarks>
public static class PrivateLayout
{
    /// <summary>The container of the owners' images.</summary>
    public const string Data = "private-data";

    /// <summary>The container of what runs derive from private images.</summary>
    public const string Work = "private-work";

    /// <summary>The container of the budget ledgers.</summary>
    public const string Ledgers = "ledgers";

    /// <summary>The container of what points into the ledgers and moves with them.</summary>
    public const string LedgerHeads = "ledger-heads";

    /// <summary>The catalogue of lineages in <see cref="LedgerHeads"/>.</summary>
    public const string LedgerCatalogue = "lineages/catalogue.json";

    /// <summary>All containers.</summary>
    public static IReadOnlyList<string> Containers { get; } = [Data, Work, Ledgers, LedgerHeads];

    /// <summary>A dataset's folder in <see cref="Data"/>.</summary>
    public static string Dataset(string dataset) => $"{BlobNames.Segment(dataset)}/";

    /// <summary>A file beside a dataset's images in <see cref="Data"/>.</summary>
    public static string Note(string dataset, string fileName) => $"{Dataset(dataset)}{BlobNames.Segment(fileName)}";

    /// <summary>One blob of a lineage's chain of entries in <see cref="Ledgers"/>.</summary>
    public static string LedgerEntries(string lineage, int segment) => $"{Lineage(lineage)}entries-{segment:D5}.jsonl";

    /// <summary>The record of the last entry of a lineage's chain in <see cref="LedgerHeads"/>.</summary>
    public static string LedgerHead(string lineage) => $"{Lineage(lineage)}head.json";

    /// <summary>A set of fingerprints of a lineage's images in <see cref="Ledgers"/>.</summary>
    public static string LedgerImages(string lineage, string hash) => $"{Lineage(lineage)}images/{hash}.bin";

    /// <summary>A run's small record in <see cref="Work"/>.</summary>
    public static string Record(string runId, string name) => $"{BlobNames.Segment(runId)}/{BlobNames.Segment(name)}.json";

    /// <summary>The details of a run that only its dataset's owner may know, in <see cref="Work"/>.</summary>
    public static string Details(string runId) => $"{BlobNames.Segment(runId)}/details/";

    /// <summary>One of <see cref="Details"/>.</summary>
    public static string Detail(string runId, string step, string code) => $"{Details(runId)}{BlobNames.Segment(step)}-{BlobNames.Segment(code)}.json";

    /// <summary>The embeddings of a private shard in <see cref="Work"/>.</summary>
    public static string Embeddings(string runId, int shard) => $"{BlobNames.Segment(runId)}/embeddings/{shard:D5}.npy";

    /// <summary>The raw votes of a private shard in <see cref="Work"/>.</summary>
    public static string Votes(string runId, int iteration, int shard) =>
        $"{BlobNames.Segment(runId)}/iteration-{iteration:D3}/votes/{shard:D5}.npy";

    /// <summary>Which candidates each image of a private shard votes for, in <see cref="Work"/>.</summary>
    public static string Neighbours(string runId, int iteration, int shard) =>
        $"{BlobNames.Segment(runId)}/iteration-{iteration:D3}/neighbours/{shard:D5}.npy";

    /// <summary>One part of a measurement in <see cref="Work"/>.</summary>
    public static string Measurement(string runId, string key, int part) =>
        $"{BlobNames.Segment(runId)}/released/{BlobNames.Segment(key)}/{part:D5}.npy";

    /// <summary>What lies in <see cref="Work"/> of a run and is exact: embeddings, votes, neighbours.</summary>
    public static IReadOnlyList<string> ExactWork(string runId) => [$"{BlobNames.Segment(runId)}/embeddings/", $"{BlobNames.Segment(runId)}/iteration-"];

    private static string Lineage(string lineage) => $"lineages/{BlobNames.Segment(lineage)}/";
}
