using DpSynth.Cli.Connections;
using DpSynth.Numerics;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Audit.Runs;

/// <summary>What one iteration made known of one class: the candidates, and the noisy votes for each.</summary>
/// <param name="NoisyVotes">One number a candidate, in any unit.</param>
/// <param name="Candidates">Their embeddings, one row a candidate.</param>
internal sealed record MeasuredIteration(IReadOnlyList<double> NoisyVotes, EmbeddingMatrix Candidates)
{
    /// <summary>Reads all iterations of one class of a run that has ended. The only place where an audit reads a run's releases.</summary>
    public static async Task<IReadOnlyList<MeasuredIteration>> ReadAsync(
        Connection connection, ReservedRun run, int classIndex, CancellationToken cancellationToken)
    {
        var embeddings = new CandidateEmbeddings(connection.Candidates);
        var iterations = new List<MeasuredIteration>();
        for (var iteration = 1; iteration <= run.Request.Evolution.Iterations; iteration++)
        {
            var noisy = await connection.PrivateStore.ReadMeasurementAsync(
                run.Request.RunId, PrivateEvolutionMethod.MeasurementOf(iteration), classIndex, cancellationToken)
                ?? throw new InvalidOperationException($"The run '{run.Request.RunId}' has not measured iteration {iteration}.");
            iterations.Add(new MeasuredIteration(
                [.. noisy], await embeddings.ReadAsync(run.Recipe, iteration - 1, classIndex, cancellationToken)));
        }

        return iterations;
    }
}
