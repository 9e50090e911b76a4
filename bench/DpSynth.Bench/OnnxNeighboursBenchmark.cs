using System.Diagnostics;
using DpSynth.Embedders;
using DpSynth.Models.Sessions;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;

namespace DpSynth.Bench;

/// <summary>The exact search as a graph on ONNX Runtime, on the processor or a GPU, beside the search in C#. Both take turns; the best time counts.</summary>
internal static class OnnxNeighboursBenchmark
{
    private const int Rounds = 3;

    public static void Run(TextWriter output, ExecutionProvider provider)
    {
        var options = new InferenceOptions { Provider = provider };
        foreach (var (rows, dimension, neighbours) in new[] { (20_000, 128, 1), (60_000, 128, 1), (10_000, 2_048, 1), (10_000, 2_048, 10) })
        {
            var (queries, candidates) = (Uniform(rows, dimension, 1), Uniform(rows, dimension, 2));
            var (ours, onnx) = (double.PositiveInfinity, double.PositiveInfinity);
            var (table, other) = (default(NeighbourTable), default(NeighbourTable));
            for (var round = 0; round < Rounds; round++)
            {
                ours = Math.Min(ours, Seconds(() => table = NearestNeighbours.Find(queries, candidates, Metric.L2, neighbours)));
                onnx = Math.Min(onnx, Seconds(() => other = OnnxNearestNeighbours.Find(queries, candidates, Metric.L2, neighbours, options)));
            }

            var operations = 2.0 * rows * rows * dimension;
            var different = table!.Indices.Zip(other!.Indices).Count(pair => pair.First != pair.Second);
            output.WriteLine(
                $"{rows:N0} × {rows:N0} × {dimension:N0}, k = {neighbours}: C# {operations / ours / 1e9:F0} GFLOP/s, ONNX Runtime on {provider} " +
                $"{operations / onnx / 1e9:F0} GFLOP/s, session and copies included: {ours / onnx:F2} times the speed; "
                    + $"{different} of {table.Indices.Length:N0} indices differ");
        }
    }

    private static double Seconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static EmbeddingMatrix Uniform(int rows, int columns, ulong seed)
    {
        var random = new SeededRandom(seed);
        var matrix = new EmbeddingMatrix(rows, columns);
        foreach (ref var value in matrix.Values)
        {
            value = (float)random.NextDouble();
        }

        return matrix;
    }
}
