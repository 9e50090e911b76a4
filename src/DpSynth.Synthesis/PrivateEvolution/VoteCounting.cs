using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>Lets the images of one private shard vote on their class's candidates. The raw counts stay on the private side.</summary>
/// <param name="records">The run's records.</param>
/// <param name="embeddings">The private images' embeddings.</param>
/// <param name="exactWork">Where votes are kept until they are measured with noise.</param>
/// <param name="candidates">The candidates' embeddings.</param>
/// <param name="search">Searches the nearest candidates; null for the processor.</param>
public sealed class VoteCounting(
    IRunRecords records, IPrivateEmbeddings embeddings, IExactWork exactWork, CandidateEmbeddings candidates, INeighbourSearch? search = null)
{
    private readonly INeighbourSearch _search = search ?? new ProcessorSearch();
    private volatile string? _noted;

    /// <summary>Counts the votes of the private shards of a lane at one iteration, or of as many as one call may.</summary>
    /// <returns>Whether all of them have voted.</returns>
    public async Task<bool> CountLaneAsync(string runId, int iteration, int lane, CancellationToken cancellationToken)
    {
        var run = await records.ReadReservedAsync(runId, cancellationToken);
        return await LaneWork.DoAsync(run.ShardsOf(lane), shard => CountAsync(runId, iteration, shard, cancellationToken));
    }

    /// <summary>Counts the votes of one private shard at one iteration; the second time it finds the first one's work.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="iteration">1 to T; the vote is on generation iteration − 1.</param>
    /// <param name="shardNumber">The private shard.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task CountAsync(string runId, int iteration, int shardNumber, CancellationToken cancellationToken)
    {
        var run = await records.ReadReservedAsync(runId, cancellationToken);
        if (run.Guarantee.Unit == PrivacyUnit.Owner)
        {
            await FindNeighboursAsync(run, iteration, shardNumber, cancellationToken);
            return;
        }

        if (await exactWork.ReadVotesAsync(runId, iteration, shardNumber, cancellationToken) is not null)
        {
            return;
        }

        var (neighbours, population) = await SearchAsync(run, iteration, shardNumber, cancellationToken);
        var votes = VoteCounter.Count(neighbours, population, run.Grid);
        await exactWork.WriteVotesAsync(runId, iteration, shardNumber, votes, cancellationToken);
    }

    /// <summary>An owner's images lie in many shards, so that a shard can only say which candidates its images vote for.</summary>
    private async Task FindNeighboursAsync(ReservedRun run, int iteration, int shardNumber, CancellationToken cancellationToken)
    {
        var runId = run.Request.RunId;
        if (await exactWork.ReadNeighboursAsync(runId, iteration, shardNumber, cancellationToken) is not null)
        {
            return;
        }

        var (neighbours, _) = await SearchAsync(run, iteration, shardNumber, cancellationToken);
        await exactWork.WriteNeighboursAsync(runId, iteration, shardNumber, neighbours, cancellationToken);
    }

    private async Task<(NeighbourTable Neighbours, int Candidates)> SearchAsync(
        ReservedRun run, int iteration, int shardNumber, CancellationToken cancellationToken)
    {
        var (images, population) = await ReadEmbeddingsAsync(run, iteration, shardNumber, cancellationToken);
        var evolution = run.Request.Evolution;
        ArgumentOutOfRangeException.ThrowIfLessThan(population.Rows, evolution.Neighbours);
        var neighbours = _search.Find(images, population, evolution.Metric, evolution.Neighbours, cancellationToken);
        var note = $"{run.Request.RunId} {neighbours.Provider}";
        if (_noted != note)
        {
            await SearchRecord.WriteAsync(records, run.Request.RunId, neighbours.Provider, cancellationToken);
            _noted = note;
        }

        return (neighbours, population.Rows);
    }

    private async Task<(EmbeddingMatrix Images, EmbeddingMatrix Population)> ReadEmbeddingsAsync(
        ReservedRun run, int iteration, int shardNumber, CancellationToken cancellationToken)
    {
        var images = await embeddings.ReadEmbeddingsAsync(run.Request.RunId, shardNumber, cancellationToken)
            ?? throw new InvalidOperationException($"Private shard {shardNumber} of run '{run.Request.RunId}' has not been embedded.");
        return (images, await candidates.ReadAsync(run.Recipe, iteration - 1, run.ShardClasses[shardNumber], cancellationToken));
    }
}
