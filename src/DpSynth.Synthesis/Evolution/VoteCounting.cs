using DpSynth.Synthesis.Datasets;
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
        if (await privateStore.ReadVotesAsync(runId, iteration, shardNumber, cancellationToken) is not null)
        {
            return;
        }

        var plan = await privateStore.ReadPlanAsync(runId, cancellationToken);
        var classIndex = plan.PrivateShards[shardNumber].ClassIndex;
        var population = await candidates.ReadAsync(plan.Recipe, iteration - 1, classIndex, cancellationToken);
        var units = await privateStore.ReadEmbeddingsAsync(runId, shardNumber, cancellationToken)
            ?? throw new InvalidOperationException($"Private shard {shardNumber} of run '{runId}' has not been embedded.");
        var votes = VoteCounter.Count(
            units, population, plan.Recipe.Evolution.Metric, plan.Recipe.Evolution.Neighbours, cancellationToken);
        await privateStore.WriteVotesAsync(runId, iteration, shardNumber, votes, cancellationToken);
    }
}
