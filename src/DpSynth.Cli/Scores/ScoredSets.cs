using System.CommandLine;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Embedding;
using DpSynth.Cli.Terminals;
using DpSynth.Imaging;
using DpSynth.Numerics;
using DpSynth.Synthesis.Embedding;

namespace DpSynth.Cli.Scores;

/// <summary>The two sets that a score compares, each a folder of images or a file of embeddings.</summary>
internal sealed class ScoredSets
{
    /// <summary>What everyone who reads a score has to know.</summary>
    public const string Note =
        "If either set is private, so is the score: it is computed without noise, and no ε covers it.";

    private readonly EmbedderSelection _selection = new();

    private readonly Option<string> _a;
    private readonly Option<string> _b;

    /// <summary>Makes the options.</summary>
    /// <param name="a">What A is.</param>
    /// <param name="b">What B is.</param>
    public ScoredSets(string a, string b)
    {
        _a = new("--a") { Description = $"{a}: a folder of images, or embeddings as .npy.", HelpName = "X", Required = true };
        _b = new("--b") { Description = $"{b}: the same.", HelpName = "Y", Required = true };
    }

    /// <summary>The options, for the command.</summary>
    public IEnumerable<Symbol> Symbols => [_a, _b, .. _selection.Symbols];

    /// <summary>Reads or embeds both. Folders are brought to the same size.</summary>
    /// <exception cref="CommandException">A set cannot be read, or they do not fit each other.</exception>
    public async Task<(EmbeddingMatrix A, EmbeddingMatrix B)> ReadAsync(
        ParseResult parsed, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken)
    {
        var (a, b) = (parsed.GetRequiredValue(_a), parsed.GetRequiredValue(_b));
        var folders = new[] { a, b }.Where(Directory.Exists).Select(ImageFiles.Open).ToArray();
        if (folders.Length == 0 && _selection.IsGiven(parsed))
        {
            terminal.Say("Both sets are embeddings already: --model and --embedder change nothing.");
        }

        using var chosen = folders.Length == 0 ? null : _selection.Choose(parsed, surroundings);
        var shape = folders.Length == 0 ? default : await _selection.SizeAsync(parsed, folders[0], cancellationToken);
        async Task<EmbeddingMatrix> Read(string set)
        {
            if (!Directory.Exists(set))
            {
                return await EmbeddingFile.ReadAsync(set, cancellationToken);
            }

            var images = set == a ? folders[0] : folders[^1];
            return await EmbedAsync(images, await chosen!.ForAsync(shape, cancellationToken), shape, _selection.Resize(parsed), terminal, cancellationToken);
        }

        var (first, second) = (await Read(a), await Read(b));
        return first.Columns == second.Columns
            ? (first, second)
            : throw new CommandException(
                ExitCode.Usage, $"The embeddings have {first.Columns} and {second.Columns} values: they were not made by the same embedder.");
    }

    private static async Task<EmbeddingMatrix> EmbedAsync(
        ImageFiles images, IEmbedder embedder, ImageShape shape, ResizeMode resize, Terminal terminal, CancellationToken cancellationToken)
    {
        if ((long)images.Names.Count * embedder.Dimension > Array.MaxLength)
        {
            throw new CommandException(ExitCode.Usage, "There are more embeddings than fit into one matrix: compare fewer images.");
        }

        var matrix = new EmbeddingMatrix(images.Names.Count, embedder.Dimension);
        var done = 0;
        await FolderEmbedding.EmbedAsync(
            images,
            embedder,
            shape,
            resize,
            terminal,
            rows =>
            {
                rows.CopyTo(matrix.Memory[done..]);
                done += rows.Length;
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return matrix;
    }
}
