using DpSynth.Numerics;
using DpSynth.Numerics.Search;

namespace DpSynth.Synthesis.Datasets;

// The ports of the private side: what the owner uploaded and what runs derive from it. Only the function app and the owner's command hold them;
// workers cannot. A step asks for those it needs and gets no others.

/// <summary>The owners' images (container <c>private-data</c>): which there are, what they are.</summary>
public interface IDatasetStore
{
    /// <summary>
    /// Lists a dataset; null if it has no blob at all. The first folder below the dataset's is the class, however deep a file lies. Hidden files
    /// and notes beside the images (<c>.json</c>, <c>.csv</c>, <c>.txt</c>, <c>.md</c>) are left out; a dataset of nothing else has a listing without blobs.
    /// </summary>
    Task<DatasetListing?> ListDatasetAsync(string dataset, CancellationToken cancellationToken);

    /// <summary>Whether an upload of a dataset is under way or was broken off.</summary>
    Task<bool> IsUploadingAsync(string dataset, CancellationToken cancellationToken);

    /// <summary>The names of all datasets, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ListDatasetsAsync(CancellationToken cancellationToken);

    /// <summary>Reads the images of blobs one after the other, archives unpacked in their order.</summary>
    /// <param name="blobs">The blobs' names.</param>
    /// <param name="versions">The version of each that was listed; null to take what is there.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidDataException">An archive is broken; the message names it.</exception>
    /// <exception cref="DatasetChangedException">A blob is not the one that was listed any more, or was changed while it was read.</exception>
    IAsyncEnumerable<PrivateImage> ReadImagesAsync(IReadOnlyList<string> blobs, IReadOnlyList<string>? versions, CancellationToken cancellationToken);

    /// <summary>Opens a file beside a dataset's images, such as its table of owners; null if there is none.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="fileName">The file's name in the dataset's folder.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task<Stream?> OpenNoteAsync(string dataset, string fileName, CancellationToken cancellationToken);
}

/// <summary>The small records that a run's steps leave for each other (container <c>private-work</c>). They may name private files.</summary>
public interface IRunRecords
{
    /// <summary>Writes a run's small private record (its plan, the list of unreadable files) if there is none; returns whether it was written.</summary>
    Task<bool> TryCreateRecordAsync<T>(string runId, string name, T record, CancellationToken cancellationToken)
        where T : class;

    /// <summary>Reads a run's small private record; null if there is none.</summary>
    Task<T?> ReadRecordAsync<T>(string runId, string name, CancellationToken cancellationToken)
        where T : class;
}

/// <summary>
/// What only the owner of a dataset may know of how a run went: which file, which rule, how many (container <c>private-work</c>). Everybody else
/// is told a <see cref="Requests.Refusal"/>.
/// </summary>
public interface IOwnerDetails
{
    /// <summary>Writes a detail, in the place of an earlier one of the same step and code.</summary>
    Task WriteDetailAsync(string runId, OwnerDetail detail, CancellationToken cancellationToken);

    /// <summary>A run's details, in order of steps and codes.</summary>
    Task<IReadOnlyList<OwnerDetail>> ListDetailsAsync(string runId, CancellationToken cancellationToken);
}

/// <summary>A detail.</summary>
/// <param name="Step">The step of the run: a stage or an activity, letters only.</param>
/// <param name="Code">The code of what everybody is told.</param>
/// <param name="Text">What happened, for the owner.</param>
public sealed record OwnerDetail(string Step, string Code, string Text);

/// <summary>The embeddings of private images (container <c>private-work</c>).</summary>
public interface IPrivateEmbeddings
{
    /// <summary>
    /// Writes the embeddings of a private shard, or writes over them: the plan pins what they are made of, so that whoever makes them has the same
    /// images in the same order.
    /// </summary>
    Task WriteEmbeddingsAsync(string runId, int shard, EmbeddingMatrix embeddings, CancellationToken cancellationToken);

    /// <summary>Reads the embeddings of a private shard; null if they are not there yet.</summary>
    Task<EmbeddingMatrix?> ReadEmbeddingsAsync(string runId, int shard, CancellationToken cancellationToken);
}

/// <summary>What private images say without noise (container <c>private-work</c>): read by nobody but the step that adds the noise.</summary>
public interface IExactWork
{
    /// <summary>
    /// Writes the raw votes that a private shard gives to its class's candidates at one iteration, or writes over them: embeddings and candidates
    /// stand, so that whoever counts has the same votes.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="iteration">The iteration, 1 to T.</param>
    /// <param name="shard">The private shard.</param>
    /// <param name="votes">Grid units, one number a candidate of the class, in order of shards and places.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task WriteVotesAsync(string runId, int iteration, int shard, ReadOnlyMemory<long> votes, CancellationToken cancellationToken);

    /// <summary>Reads the raw votes of a private shard; null if they are not there yet.</summary>
    Task<long[]?> ReadVotesAsync(string runId, int iteration, int shard, CancellationToken cancellationToken);

    /// <summary>
    /// Writes which candidates each image of a private shard votes for at one iteration, for runs that count by owner; or writes over it, as with votes.
    /// </summary>
    Task WriteNeighboursAsync(string runId, int iteration, int shard, NeighbourTable neighbours, CancellationToken cancellationToken);

    /// <summary>Reads which candidates each image of a private shard votes for; null if that is not there yet.</summary>
    Task<NeighbourTable?> ReadNeighboursAsync(string runId, int iteration, int shard, CancellationToken cancellationToken);
}

/// <summary>What was measured, with its noise (container <c>private-work</c>): drawn once, kept for ever.</summary>
public interface IMeasurements
{
    /// <summary>
    /// Writes one part of a measurement if there is none yet; returns the one that is stored. Whatever was persisted first is the
    /// measurement, for ever.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="key">The measurement's name in the run: <c>class-counts</c>, <c>iteration-003</c>.</param>
    /// <param name="part">The part: the class of an iteration's histogram, 0 for class counts.</param>
    /// <param name="noisyCounts">Grid units.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task<long[]> PersistMeasurementAsync(string runId, string key, int part, ReadOnlyMemory<long> noisyCounts, CancellationToken cancellationToken);

    /// <summary>Reads one part of a measurement; null if it has not been made.</summary>
    Task<long[]?> ReadMeasurementAsync(string runId, string key, int part, CancellationToken cancellationToken);
}

/// <summary>Lets go of what a run that is over left without noise.</summary>
public interface IExactWorkRetention
{
    /// <summary>
    /// Deletes the embeddings, votes and neighbours of a run that is over. Its records and measurements stay. Doing it again is well.
    /// </summary>
    /// <returns>How many files are left because somebody holds them: a policy, a legal hold, a lease.</returns>
    Task<int> DeleteExactWorkAsync(string runId, CancellationToken cancellationToken);
}
