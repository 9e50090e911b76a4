using DpSynth.Synthesis.Embedding;

namespace DpSynth.Synthesis.Datasets;

/// <summary>
/// The private side's store: <c>private-data</c> with the owner's images, <c>private-work</c> with what runs derive from them.
/// Only the function app holds one; workers cannot.
/// </summary>
public interface IPrivateStore
{
    /// <summary>Lists a dataset; null if it has no blob at all.</summary>
    Task<DatasetListing?> ListDatasetAsync(string dataset, CancellationToken cancellationToken);

    /// <summary>The names of all datasets, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ListDatasetsAsync(CancellationToken cancellationToken);

    /// <summary>Reads the images of blobs one after the other, archives unpacked in their order.</summary>
    /// <exception cref="InvalidDataException">An archive is broken; the message names it.</exception>
    IAsyncEnumerable<PrivateImage> ReadImagesAsync(IReadOnlyList<string> blobs, CancellationToken cancellationToken);

    /// <summary>Writes a run's small private record (its plan, the list of unreadable files) if there is none; returns whether it was written.</summary>
    Task<bool> TryCreateRecordAsync<T>(string runId, string name, T record, CancellationToken cancellationToken)
        where T : class;

    /// <summary>Reads a run's small private record; null if there is none.</summary>
    Task<T?> ReadRecordAsync<T>(string runId, string name, CancellationToken cancellationToken)
        where T : class;

    /// <summary>Writes the embeddings of a private shard.</summary>
    Task WriteEmbeddingsAsync(string runId, int shard, EmbeddingMatrix embeddings, CancellationToken cancellationToken);

    /// <summary>Reads the embeddings of a private shard; null if they are not there yet.</summary>
    Task<EmbeddingMatrix?> ReadEmbeddingsAsync(string runId, int shard, CancellationToken cancellationToken);

    /// <summary>Writes the raw votes that a private shard gives to its class's candidates at one iteration.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="iteration">The iteration, 1 to T.</param>
    /// <param name="shard">The private shard.</param>
    /// <param name="votes">One number a candidate of the class, in order of shards and places.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task WriteVotesAsync(string runId, int iteration, int shard, ReadOnlyMemory<double> votes, CancellationToken cancellationToken);

    /// <summary>Reads the raw votes of a private shard; null if they are not there yet.</summary>
    Task<double[]?> ReadVotesAsync(string runId, int iteration, int shard, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the noisy histogram of one iteration and class if there is none yet; returns the one that is stored. Whatever was
    /// persisted first is the release, for ever.
    /// </summary>
    Task<double[]> PersistHistogramAsync(
        string runId, int iteration, int classIndex, ReadOnlyMemory<double> noisyCounts, CancellationToken cancellationToken);

    /// <summary>Reads a noisy histogram; null if it has not been released.</summary>
    Task<double[]?> ReadHistogramAsync(string runId, int iteration, int classIndex, CancellationToken cancellationToken);
}
