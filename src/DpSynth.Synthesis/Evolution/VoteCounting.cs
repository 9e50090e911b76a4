using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Voting;

namespace DpSynth.Synthesis.Evolution;

/// <summary>Lets the images of one private shard vote on their class's candidates. The raw counts stay on the private side.</summary>
public sealed class VoteCounting(IPrivateStore privateStore, CandidateEmbeddings candidates)
{
    /// <summary>Counts the votes of one private shard at one iteration; the second time it finds the first one's work.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="iteration">1 to T; the vote is on generation iteration − 1.</param>
    /// <param name="shardNumber">The private shard.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task CountAsync(string runId, int iteration, int shardNumber, CancellationToken cancellationToken)
    {
        var run = await privateStore.ReadSettledAsync(runId, cancellationToken);
        if (run.Request.Privacy.Unit == PrivacyUnit.Owner)
        {
            await FindNeighboursAsync(run, iteration, shardNumber, cancellationToken);
            return;
        }

        if (await privateStore.ReadVotesAsync(runId, iteration, shardNumber, cancellationToken) is not null)
        {
            return;
        }

        var (images, population) = await ReadEmbeddingsAsync(run, iteration, shardNumber, cancellationToken);
        var evolution = run.Recipe.Evolution;
        var votes = VoteCounter.Count(images, population, evolution.Metric, evolution.Neighbours, run.Grid, cancellationToken);
        await privateStore.WriteVotesAsync(runId, iteration, shardNumber, votes, cancellationToken);
    }

    /// <summary>An owner's images lie in many shards, so that a shard can only say which candidates its images vote for.</summary>
    private async Task FindNeighboursAsync(SettledRun run, int iteration, int shardNumber, CancellationToken cancellationToken)
    {
        var runId = run.Request.RunId;
        if (await privateStore.ReadNeighboursAsync(runId, iteration, shardNumber, cancellationToken) is not null)
        {
            return;
        }

        var (images, population) = await ReadEmbeddingsAsync(run, iteration, shardNumber, cancellationToken);
        var evolution = run.Recipe.Evolution;
        var neighbours = NearestNeighbours.Find(images, population, evolution.Metric, evolution.Neighbours, cancellationToken: cancellationToken);
        await privateStore.WriteNeighboursAsync(runId, iteration, shardNumber, neighbours, cancellationToken);
    }

    private async Task<(EmbeddingMatrix Images, EmbeddingMatrix Population)> ReadEmbeddingsAsync(
        SettledRun run, int iteration, int shardNumber, CancellationToken cancellationToken)
    {
        var images = await privateStore.ReadEmbeddingsAsync(run.Request.RunId, shardNumber, cancellationToken)
            ?? throw new InvalidOperationException($"Private shard {shardNumber} of run '{run.Request.RunId}' has not been embedded.");
        return (images, await candidates.ReadAsync(run.Recipe, iteration - 1, run.ShardClasses[shardNumber], cancellationToken));
    }
}
