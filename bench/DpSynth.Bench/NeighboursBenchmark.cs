using System.Diagnostics;
using System.Runtime.Intrinsics;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;

namespace DpSynth.Bench;

/// <summary>
/// Votes a second of the exact search, beside a plain loop over all pairs, faiss's exact index and OpenBLAS's own matrix product of
/// the same size. All sides take turns, and the best time of each counts: the machine may be shared.
/// </summary>
internal static class NeighboursBenchmark
{
    private const int PlainQueries = 500;

    /// <summary>OpenBLAS's kernel for 512-bit vectors, which old versions do not choose by themselves on every machine that has them.</summary>
    private const string WideKernel = "SkylakeX";

    private static readonly (int Queries, int Candidates, int Dimension, Metric Metric)[] Searches =
    [
        (60_000, 60_000, 128, Metric.L2),
        (60_000, 60_000, 128, Metric.InnerProduct),
        (10_000, 10_000, 2_048, Metric.L2),
        (10_000, 10_000, 2_048, Metric.InnerProduct),
        (60_000, 6_000, 784, Metric.L2),
        (6_000, 600, 784, Metric.L2),
    ];

    private static readonly int[] ProductDepths = [256, 384, 512, 768, 1_024, 2_048, 4_096];

    public static void Run(TextWriter output, int rounds)
    {
        output.WriteLine($"best of {rounds} rounds, sides in turn, {Environment.ProcessorCount} threads each");
        foreach (var (queries, candidates, dimension, metric) in Searches)
        {
            Search(output, Uniform(queries, dimension, 1), Uniform(candidates, dimension, 2), metric, rounds);
        }

        foreach (var depth in ProductDepths)
        {
            Product(output, Uniform(10_000, depth, 1), Uniform(10_000, depth, 2), rounds);
        }

        output.WriteLine($"most memory this process has held: {Environment.WorkingSet >> 20} MiB now, {PeakMebibytes()} MiB at its peak");
    }

    private static void Search(TextWriter output, EmbeddingMatrix queries, EmbeddingMatrix candidates, Metric metric, int rounds)
    {
        object[] sizes = [queries.Rows, candidates.Rows, queries.Columns, 1];
        using var faiss = Peer.Start("faiss_search.py", [metric == Metric.L2 ? "l2" : "ip", .. sizes]);
        var few = new EmbeddingMatrix(PlainQueries, queries.Columns, queries.Memory[..(PlainQueries * queries.Columns)]);
        var (ours, theirs, plain) = (double.PositiveInfinity, double.NaN, double.PositiveInfinity);
        for (var round = 0; round < rounds; round++)
        {
            ours = Math.Min(ours, Seconds(() => NearestNeighbours.Find(queries, candidates, metric)));
            theirs = double.MinNumber(theirs, faiss.Measure());
            plain = Math.Min(plain, Seconds(() => Plain(few, candidates)) * queries.Rows / PlainQueries);
        }

        var operations = 2.0 * queries.Rows * candidates.Rows * queries.Columns;
        output.WriteLine(
            $"{Name(queries, candidates)} {metric}: {queries.Rows / ours:N0} votes/s, {operations / ours / 1e9:F0} GFLOP/s; " +
            $"plain loop {plain / ours:F0} times slower; " +
            (faiss.Runs ? $"{operations / theirs / 1e9:F0} GFLOP/s, {theirs / ours:F2} times slower: {faiss.Description}" : faiss.Description));
    }

    private static void Product(TextWriter output, EmbeddingMatrix queries, EmbeddingMatrix candidates, int rounds)
    {
        object[] sizes = [queries.Rows, candidates.Rows, queries.Columns];
        using var chosen = Peer.Start("sgemm.py", sizes);
        using var wide = Vector512.IsHardwareAccelerated ? Peer.Start("sgemm.py", sizes, WideKernel) : null;
        var (ours, sgemm, widest) = (double.PositiveInfinity, double.NaN, double.NaN);
        for (var round = 0; round < rounds; round++)
        {
            ours = Math.Min(ours, Seconds(() => NearestNeighbours.Find(queries, candidates, Metric.L2)));
            sgemm = double.MinNumber(sgemm, chosen.Measure());
            widest = double.MinNumber(widest, wide?.Measure() ?? double.NaN);
        }

        var operations = 2.0 * queries.Rows * candidates.Rows * queries.Columns;
        output.WriteLine(
            $"{Name(queries, candidates)} against sgemm: {operations / ours / 1e9:F0} GFLOP/s; " +
            string.Join("; ", Compared(chosen, sgemm), Compared(wide, widest)));

        string Compared(Peer? peer, double seconds) => peer switch
        {
            null => "",
            { Runs: true } => $"{100 * seconds / ours:F0}% of the {operations / seconds / 1e9:F0} GFLOP/s of {peer.Description}",
            _ => peer.Description,
        };
    }

    private static string Name(EmbeddingMatrix queries, EmbeddingMatrix candidates) =>
        $"{queries.Rows:N0} × {candidates.Rows:N0} × {queries.Columns:N0}";

    private static double Seconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static long PeakMebibytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 >> 20;
    }

    private static void Plain(EmbeddingMatrix queries, EmbeddingMatrix candidates) => Parallel.For(0, queries.Rows, i =>
    {
        var query = queries[i];
        var (best, smallest) = (-1, float.PositiveInfinity);
        for (var j = 0; j < candidates.Rows; j++)
        {
            var candidate = candidates[j];
            var sum = 0f;
            for (var p = 0; p < query.Length; p++)
            {
                var difference = query[p] - candidate[p];
                sum += difference * difference;
            }

            if (sum < smallest)
            {
                (best, smallest) = (j, sum);
            }
        }

        GC.KeepAlive(best);
    });

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
