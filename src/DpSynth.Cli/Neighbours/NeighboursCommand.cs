using System.CommandLine;
using System.Diagnostics;
using DpSynth.Cli.Accounting;
using DpSynth.Cli.Embedding;
using DpSynth.Cli.Inference;
using DpSynth.Cli.Terminals;
using DpSynth.Embedders;
using DpSynth.Models.Sessions;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;

namespace DpSynth.Cli.Neighbours;

/// <summary><c>dpsynth neighbours</c>.</summary>
internal static class NeighboursCommand
{
    // Progress is seen after so many queries; each block looks the candidates over once more, which costs nothing beside the search.
    private const int LeastQueries = 8192;
    private const int QueriesPerCore = 1536;

    private static readonly ProviderOptions _provider = new();

    private static readonly Option<string> _private = new("--private")
    {
        Description = "The embeddings whose neighbours are searched, a row each.",
        HelpName = "A.npy",
        Required = true,
    };

    private static readonly Option<string> _candidates = new("--candidates")
    {
        Description = "The embeddings among which they are searched.",
        HelpName = "B.npy",
        Required = true,
    };

    private static readonly Option<int?> _k = new("--k") { Description = "Neighbours of each (default 1).", HelpName = "K" };

    private static readonly Option<string> _metric = new("--metric") { Description = "l2 (default), cosine or ip (inner product).", HelpName = "NAME" };

    private static readonly Option<string> _out = new("--out")
    {
        Description = "The file to write: int32, a row for each row of A, the rows of B that are nearest to it, nearest first.",
        HelpName = "FILE.npy",
        Required = true,
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "neighbours",
        "Find the nearest candidates of every private embedding, exactly, as the vote of a run does. The answer holds no noise: it is as private as A.",
        [_private, _candidates, _k, _metric, _out, .. _provider.Symbols],
        (parsed, cancellationToken) => RunAsync(context, parsed, cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        var wanted = parsed.GetValue(_k) ?? 1;
        if (wanted < 1)
        {
            throw new CommandException(ExitCode.Usage, $"--k is {wanted}; it must be at least 1.");
        }

        var metricName = parsed.GetValue(_metric) ?? "l2";
        var metric = Choice.Read("--metric", metricName, [("l2", Metric.L2), ("cosine", Metric.Cosine), ("ip", Metric.InnerProduct)]);
        var inference = _provider.Read(parsed);
        var queries = await EmbeddingFile.ReadAsync(parsed.GetRequiredValue(_private), cancellationToken);
        var candidates = await EmbeddingFile.ReadAsync(parsed.GetRequiredValue(_candidates), cancellationToken);
        if (queries.Columns != candidates.Columns)
        {
            throw new CommandException(
                ExitCode.Usage,
                $"The embeddings have {queries.Columns} and {candidates.Columns} values: they were not made by the same embedder.");
        }

        var k = Math.Min(wanted, candidates.Rows);
        if (k < wanted)
        {
            context.Terminal.Say($"There are only {k} candidates: all of them are given, each once.");
        }

        var watch = Stopwatch.StartNew();
        var path = parsed.GetRequiredValue(_out);
        await EmbeddingFile.WriteAsync<int>(
            path,
            queries.Rows,
            k,
            write => SearchAsync(context.Terminal, queries, candidates, metric, k, inference, write, cancellationToken),
            cancellationToken);
        context.Terminal.Result(
            new NeighboursAnswer(queries.Rows, candidates.Rows, queries.Columns, k, metricName, watch.Elapsed.TotalSeconds, Path.GetFullPath(path)),
            answer => $"Compared {Figures.Count(answer.Private)} embeddings of {answer.Dimension} values with {Figures.Count(answer.Candidates)} in " +
                $"{Figures.Duration(watch.Elapsed)}: {answer.K} nearest each ({answer.Metric}), in {answer.Output}. No noise was added: keep it private.");
        return ExitCode.Success;
    }

    private static async Task SearchAsync(
        Terminal terminal,
        EmbeddingMatrix queries,
        EmbeddingMatrix candidates,
        Metric metric,
        int k,
        InferenceOptions inference,
        Func<ReadOnlyMemory<int>, ValueTask> write,
        CancellationToken cancellationToken)
    {
        using var stage = terminal.Begin("searching", "embeddings", queries.Rows);
        var block = Math.Max(LeastQueries, QueriesPerCore * Environment.ProcessorCount);
        for (var start = 0; start < queries.Rows; start += block)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(block, queries.Rows - start);
            var part = new EmbeddingMatrix(count, queries.Columns, queries.Memory.Slice(start * queries.Columns, count * queries.Columns));
            try
            {
                var table = await Task.Run(
                    () => inference.Provider == ExecutionProvider.Cpu
                        ? NearestNeighbours.Find(part, candidates, metric, k, cancellationToken: cancellationToken)
                        : OnnxNearestNeighbours.Find(part, candidates, metric, k, inference),
                    cancellationToken);
                await write(table.Indices);
            }
            catch (ArgumentException fault)
            {
                throw new CommandException(ExitCode.Usage, Sentence.Of(fault));
            }

            stage.Report(start + count);
        }

        stage.Complete();
    }
}

/// <summary>What was searched.</summary>
internal sealed record NeighboursAnswer(int Private, int Candidates, int Dimension, int K, string Metric, double Seconds, string Output);
