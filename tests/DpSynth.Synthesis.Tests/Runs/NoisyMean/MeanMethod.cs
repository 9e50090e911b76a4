using System.Numerics.Tensors;
using System.Text.Json;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Testing.InMemory;

namespace DpSynth.Synthesis.Tests.Runs.NoisyMean;

/// <summary>All there is to a method: what it measurements, what workers make, what it publishes; and one step of its own.</summary>
internal sealed class MeanMethod(InMemoryPrivateStore store) : IMethod
{
    private const string Key = "mean";

    private static readonly VoteGrid _grid = new(16);

    public string Name => MeanOptions.Method.Name;

    public string? FindFault(RunRequest request, int classes) => classes == 1 ? null : "The mean is that of one class; ask with 'classConditional': false.";

    public MeasurementDesign Design(RunRequest request, PrivacyUnit unit) => new(_grid, ContributionShape.Vector, [new WeightedMeasurement(Key, 1)]);

    public IReadOnlyList<GenerationStep> Steps(RunRequest request) =>
        [new GenerationStep { Candidates = ((MeanOptions)request.Options).Images, Degree = VariationDegree.Of(0) }];

    public async Task<MethodReport> ReportAsync(ReservedRun run, CancellationToken cancellationToken)
    {
        var jobs = new Population(run.Recipe, 0).Jobs;
        var sum = (await store.ReadMeasurementAsync(run.Request.RunId, Key, 0, cancellationToken))!;
        var mean = JsonSerializer.SerializeToUtf8Bytes(sum.Select(units => (double)units / _grid.UnitsPerVote));
        return new MethodReport { Published = jobs, Made = jobs, Files = [new MethodFile("mean.json", "application/json", mean)] };
    }

    /// <summary>The step of its own: unit vectors, rounded towards zero, so that each image moves the sum by at most one vote.</summary>
    public async Task MeasureAsync(string runId, NoisyMeasurement measurement)
    {
        var run = (await store.ReadRecordAsync<ReservedRun>(runId, ReservedRun.RecordName, default))!;
        await measurement.MeasureAsync(run.Request.Dataset, runId, run.Measurement(Key), () => SumAsync(run), parts: 1, default);
    }

    private async Task<IReadOnlyList<long[]>> SumAsync(ReservedRun run)
    {
        long[]? sum = null;
        for (var shard = 0; shard < run.ShardClasses.Count; shard++)
        {
            var embeddings = (await store.ReadEmbeddingsAsync(run.Request.RunId, shard, default))!;
            sum ??= new long[embeddings.Columns];
            for (var row = 0; row < embeddings.Rows; row++)
            {
                var norm = TensorPrimitives.Norm(embeddings[row]);
                for (var column = 0; column < sum.Length; column++)
                {
                    sum[column] += (long)Math.Truncate(0.9999 * embeddings[row][column] / norm * _grid.UnitsPerVote);
                }
            }
        }

        return [sum!];
    }
}
