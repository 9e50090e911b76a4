using DpSynth.Imaging;
using DpSynth.Numerics;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// The public side's store (container <c>candidates</c>): recipes, candidates, their embeddings, parents. Nothing private is ever
/// written here. Writes are idempotent: whoever is first wins, the content is the same.
/// </summary>
public interface ICandidateStore
{
    /// <summary>Writes a run's recipe.</summary>
    Task WriteRecipeAsync(GenerationRecipe recipe, CancellationToken cancellationToken);

    /// <summary>Reads a run's recipe; null if there is none.</summary>
    Task<GenerationRecipe?> ReadRecipeAsync(string runId, CancellationToken cancellationToken);

    /// <summary>Writes the parents of generation <paramref name="generation"/>.</summary>
    Task WriteParentsAsync(string runId, int generation, ParentList parents, CancellationToken cancellationToken);

    /// <summary>Reads the parents of generation <paramref name="generation"/>.</summary>
    /// <exception cref="FileNotFoundException">They are not stored.</exception>
    Task<ParentList> ReadParentsAsync(string runId, int generation, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a shard: a WebDataset <c>.tar</c> of PNGs (<c>000000.png</c>, <c>000000.cls</c> with the class's index, …), its
    /// parameters and embeddings as <c>.npy</c>. The shard counts as complete only when all of it is stored.
    /// </summary>
    /// <param name="shard">The shard's name.</param>
    /// <param name="className">The class, or null in an unconditional run.</param>
    /// <param name="classIndex">The class's place in the recipe.</param>
    /// <param name="candidates">The candidates, with images.</param>
    /// <param name="embeddings">One row a candidate; null for a last generation that nobody scores.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">There is not one image, or not one embedding, a candidate.</exception>
    Task WriteShardAsync(
        CandidateShardId shard,
        string? className,
        int classIndex,
        CandidateBatch candidates,
        EmbeddingMatrix? embeddings,
        CancellationToken cancellationToken);

    /// <summary>Whether a shard is completely stored.</summary>
    Task<bool> ShardExistsAsync(CandidateShardId shard, CancellationToken cancellationToken);

    /// <summary>The numbers of a generation's complete shards, ascending.</summary>
    Task<IReadOnlyList<int>> ListShardsAsync(string runId, int generation, CancellationToken cancellationToken);

    /// <summary>Reads a shard's embeddings.</summary>
    /// <exception cref="FileNotFoundException">The shard is not stored, or has none.</exception>
    Task<EmbeddingMatrix> ReadEmbeddingsAsync(CandidateShardId shard, CancellationToken cancellationToken);

    /// <summary>Reads a shard's candidates.</summary>
    /// <param name="shard">The shard's name.</param>
    /// <param name="withImages">False to read the parameters only.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="FileNotFoundException">The shard is not stored.</exception>
    Task<CandidateBatch> ReadCandidatesAsync(CandidateShardId shard, bool withImages, CancellationToken cancellationToken);

    /// <summary>Reads what the generator had to say of a shard.</summary>
    /// <exception cref="FileNotFoundException">The shard is not stored.</exception>
    Task<GenerationNotes> ReadNotesAsync(CandidateShardId shard, CancellationToken cancellationToken);

    /// <summary>Opens a shard's <c>.tar</c> as it is stored: a worker's word.</summary>
    /// <exception cref="FileNotFoundException">The shard is not stored.</exception>
    Task<Stream> OpenTarAsync(CandidateShardId shard, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a shard's <c>.tar</c> for publication: made anew of what its images decode to, so that it holds them and nothing else. Reading fails
    /// with an <see cref="InvalidDataException"/> where the stored one does not have them.
    /// </summary>
    /// <param name="shard">The shard's name.</param>
    /// <param name="shape">The shape that every image must have.</param>
    /// <param name="count">How many images there must be.</param>
    /// <param name="classIndex">The class that each must be of.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="FileNotFoundException">The shard is not stored.</exception>
    Task<Stream> OpenForPublicationAsync(CandidateShardId shard, ImageShape shape, int count, int classIndex, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the shards, parents and single drawings of a run that is over. Its recipe and the word that it is over stay. Doing it again is well.
    /// </summary>
    /// <returns>How many files are left because somebody holds them: a policy, a legal hold, a lease.</returns>
    Task<int> DeleteGenerationsAsync(string runId, CancellationToken cancellationToken);

    /// <summary>Leaves word that a run is over, so that workers drop its remaining jobs.</summary>
    Task MarkEndedAsync(string runId, CancellationToken cancellationToken);

    /// <summary>Whether a run is over.</summary>
    Task<bool> HasEndedAsync(string runId, CancellationToken cancellationToken);
}
