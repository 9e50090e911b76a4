namespace DpSynth.Synthesis.Generation;

/// <summary>
/// Keeps single drawings of generators that pay for each, so that a job done again does not pay again. A drawing's name is its candidate's
/// seed, which follows from run, generation, class, place and round. Part of the candidate store: nothing private is ever written here.
/// </summary>
public interface IDrawingStore
{
    /// <summary>The seeds of the drawings kept for a shard.</summary>
    Task<IReadOnlySet<ulong>> ListAsync(CandidateShardId shard, CancellationToken cancellationToken);

    /// <summary>Reads a drawing; null if there is none.</summary>
    Task<ReadOnlyMemory<byte>?> ReadAsync(CandidateShardId shard, ulong seed, CancellationToken cancellationToken);

    /// <summary>Keeps a drawing; whoever is first wins.</summary>
    Task WriteAsync(CandidateShardId shard, ulong seed, ReadOnlyMemory<byte> drawing, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the drawings of a generation that is stored by now, or with null all that are left of a run. For the app: workers delete nothing.
    /// </summary>
    Task DeleteAsync(string runId, int? generation, CancellationToken cancellationToken);
}
