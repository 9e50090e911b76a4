using System.Diagnostics;
using System.Globalization;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Randomness;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Voting;

namespace DpSynth.Bench;

/// <summary>
/// Votes a second of the exact search, beside a plain loop over all pairs on all cores, and faiss's exact index where Debian's
/// python3-faiss is installed; all in the same minute on the same machine.
/// </summary>
internal static class NeighboursBenchmark
{
    private const int Repetitions = 5;
    private const int PlainQueries = 500;

    // Reads sizes from its arguments, prints the best seconds of a few searches.
    private const string FaissProgram = """
        import sys, time
        import numpy, faiss
        n, m, d = map(int, sys.argv[1:4])
        rng = numpy.random.default_rng(1)
        queries = rng.random((n, d), dtype=numpy.float32)
        index = faiss.IndexFlatL2(d)
        index.add(rng.random((m, d), dtype=numpy.float32))
        best = float('inf')
        for _ in range(3):
            start = time.perf_counter()
            index.search(queries, 1)
            best = min(best, time.perf_counter() - start)
        print(best)
        """;

    public static void Run(TextWriter output)
    {
        foreach (var (units, candidates, dimension) in new[] { (6_000, 600, 784), (60_000, 6_000, 784), (60_000, 6_000, 196), (10_000, 10_000, 2_048) })
        {
            var queries = Uniform(units, dimension, 1);
            var index = Uniform(candidates, dimension, 2);
            var ours = Best(Repetitions, () => NearestNeighbours.Find(queries, index, Metric.L2));
            var few = new EmbeddingMatrix(PlainQueries, dimension, queries.Memory[..(PlainQueries * dimension)]);
            var plain = Best(2, () => Plain(few, index)) * units / PlainQueries;
            var operations = 2.0 * units * candidates * dimension;
            output.WriteLine(
                $"{units} × {candidates} × {dimension}: {units / ours:N0} votes/s, {operations / ours / 1e9:F0} GFLOP/s; " +
                $"plain loop {units / plain:N0} votes/s, {plain / ours:F0} times slower; {Faiss(units, candidates, dimension, ours)}");
        }
    }

    private static double Best(int repetitions, Action work)
    {
        var best = double.PositiveInfinity;
        for (var i = 0; i < repetitions; i++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
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

    private static string Faiss(int units, int candidates, int dimension, double ours)
    {
        const string Python = "/usr/bin/python3";
        if (!File.Exists(Python))
        {
            return "faiss is not installed";
        }

        var start = new ProcessStartInfo(Python) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(FaissProgram);
        foreach (var size in new[] { units, candidates, dimension })
        {
            start.ArgumentList.Add(size.ToString(CultureInfo.InvariantCulture));
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        _ = error.GetAwaiter().GetResult();
        return double.TryParse(printed, CultureInfo.InvariantCulture, out var seconds)
            ? $"faiss {units / seconds:N0} votes/s, {seconds / ours:F1} times slower"
            : "faiss is not installed";
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
