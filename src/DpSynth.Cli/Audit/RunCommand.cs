using System.CommandLine;
using DpSynth.Cli.Audit.Runs;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Datasets.Sources;
using DpSynth.Cli.Datasets.Uploading;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Runs.Watching;
using DpSynth.Imaging;
using DpSynth.Imaging.Png;
using DpSynth.Ledgers;
using DpSynth.Numerics;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Audit;

/// <summary>
/// <c>dpsynth audit run</c>: a whole run through the pipeline on a copy of the dataset with canaries, and the bound that guessing them
/// gives (arXiv 2305.08846). Only on request, for canaries have no place in a release.
/// </summary>
internal static class RunCommand
{
    private const double Alpha = 0.05;

    private static readonly Argument<string> _file = new("FILE") { Description = "The request to audit, a JSON file." };

    private static readonly Option<string> _source = new("--source")
    {
        Description = "The dataset's images: a folder, or an IDX file as 'datasets upload' takes it.",
        HelpName = "PATH",
        Required = true,
    };

    private static readonly Option<string> _labels = new("--labels") { Description = "The IDX file of labels.", HelpName = "FILE" };

    private static readonly Option<int> _canaries = new("--canaries")
    {
        Description = "Canaries; a coin puts each of them into the dataset or not.",
        HelpName = "M",
        DefaultValueFactory = _ => 1000,
    };

    private static readonly Option<int> _guesses = new("--guesses")
    {
        Description = "Canaries guessed about, the most conspicuous ones; an even number (default: a fifth of them).",
        HelpName = "R",
    };

    private static readonly Option<string> _name = new("--name")
    {
        Description = "Name of the dataset with canaries and of the run on it (default: the request's run id with -audit).",
        HelpName = "NAME",
    };

    // Where the request leaves δ to be derived, the audit's own dataset allows this much.
    private const double AuditDelta = 1e-5;

    public static Command Create(CommandContext context) => CommandContext.Command(
        "run",
        "Run a request on a copy of the dataset with canaries in it, and try to tell which. The run costs its whole ε once more.",
        [_file, _source, _labels, _canaries, _guesses, _name],
        (parsed, cancellationToken) => RunAsync(context, parsed, cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = parsed.GetRequiredValue(_file);
        var audit = File.Exists(file)
            ? AuditRequest.Read(await File.ReadAllTextAsync(file, cancellationToken), parsed.GetValue(_name))
            : throw new CommandException(ExitCode.NotFound, $"There is no request file at '{file}'.");
        if (audit.Request.Privacy is { Unit: PrivacyUnit.Owner } or { Owners: not null })
        {
            throw new CommandException(
                ExitCode.Usage, "A run is audited image by image: canaries have no owner; leave 'privacy.unit' out of the request to audit.");
        }

        var classes = DatasetSource.Open(parsed.GetRequiredValue(_source), parsed.GetValue(_labels));
        var (count, guesses) = ReadCounts(parsed);
        var canaries = Canary.Make(count, [.. classes.Select(source => source.Name)], audit.Request.Image.ToShape());

        await using var connection = await context.ConnectAsync(needHost: true, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var dataset = audit.Request.Dataset;
        if (await connection.PrivateStore.ListDatasetAsync(dataset, cancellationToken) is not null)
        {
            throw new CommandException(ExitCode.Usage, $"There is a dataset '{dataset}' already: choose another name with --name.");
        }

        var uploader = new DatasetUploader(connection.PrivateAccount.Data, context.Terminal);
        await uploader.UploadAsync(dataset, WithCanaries(classes, canaries, audit.Request.Image.ToShape()), loose: false, cancellationToken);
        var cap = new LedgerCap(audit.Request.Epsilon, audit.Request.Delta ?? AuditDelta);
        await connection.LedgerAdministration.SetPolicyAsync(
            dataset,
            new DatasetPolicy
            {
                Adjacency = audit.Request.Privacy.Adjacency ?? default,
                Classes = classes.All(source => source.Name is not null) ? [.. classes.Select(source => source.Name!).Order(StringComparer.Ordinal)] : null,
                LargestRun = cap,
            },
            cap,
            by: null,
            "an audit with canaries",
            cancellationToken);
        var submitted = await RunSubmitter.SubmitAsync(connection, audit.Json, cancellationToken);
        var run = await new RunWatcher(connection.Runs, context.Terminal).WatchAsync(submitted, cancellationToken);
        await uploader.RemoveAsync(dataset, cancellationToken);
        if (run.State != RunState.Succeeded)
        {
            context.Terminal.Result(run, RunText.Describe);
            return RunText.ExitCodeOf(run.State);
        }

        var reserved = await connection.PrivateStore.ReadRecordAsync<ReservedRun>(run.Id, ReservedRun.RecordName, cancellationToken)
            ?? throw new InvalidOperationException($"The run '{run.Id}' never got its budget.");
        var scored = await ScoreAsync(connection, reserved, canaries, cancellationToken);
        var report = Report(reserved, canaries, scored, guesses);
        context.Terminal.Result(report, (result, layout) => result.Describe(layout));
        return report.Passed ? ExitCode.Success : ExitCode.Failure;
    }

    private static (int Canaries, int Guesses) ReadCounts(ParseResult parsed)
    {
        var canaries = parsed.GetValue(_canaries);
        if (canaries is not (>= 2 and <= 100_000))
        {
            throw new CommandException(ExitCode.Usage, $"--canaries is {canaries}; it must be 2 to 100000.");
        }

        var guesses = parsed.GetResult(_guesses) is null ? Math.Max(2, canaries / 10 * 2) : parsed.GetValue(_guesses);
        return guesses >= 2 && guesses <= canaries && int.IsEvenInteger(guesses)
            ? (canaries, guesses)
            : throw new CommandException(ExitCode.Usage, $"--guesses is {guesses}; it must be an even number from 2 to the number of canaries, {canaries}.");
    }

    private static IReadOnlyList<SourceClass> WithCanaries(IReadOnlyList<SourceClass> classes, IReadOnlyList<Canary> canaries, ImageShape shape) =>
    [
        .. classes.Select(source => source with
        {
            Images =
            [
                .. source.Images,
                .. canaries
                    .Where(canary => canary.Included && canary.ClassName == source.Name)
                    .Select(canary => new SourceImage(
                        canary.Name, shape.ByteCount, _ => Task.FromResult(PngEncoder.Encode(canary.Pixels, shape)))),
            ],
        }),
    ];

    private static async Task<List<(double Score, bool Included)>> ScoreAsync(
        Connection connection, ReservedRun reserved, IReadOnlyList<Canary> canaries, CancellationToken cancellationToken)
    {
        var recipe = reserved.Recipe;
        var embedder = (recipe.Embedder as IEmbedsWithoutModel)?.CreateEmbedder(recipe.Shape)
            ?? throw new CommandException(ExitCode.Usage, $"The audit embeds canaries itself, and the run's embedder '{recipe.Embedder.Name}' needs a "
                + "model: audit a run with 'pixels' or 'projected-pixels'.");
        var scored = new List<(double, bool)>();
        for (var classIndex = 0; classIndex < recipe.Classes.Count; classIndex++)
        {
            // An unconditional run counts the dataset as one class, whatever its folders.
            var ofClass = canaries.Where(canary => recipe.Classes is [null] || canary.ClassName == recipe.Classes[classIndex]).ToList();
            if (ofClass.Count == 0)
            {
                continue;
            }

            var images = new ImageBatch(recipe.Shape, ofClass.Count, ofClass.SelectMany(canary => canary.Pixels).ToArray());
            var embeddings = new EmbeddingMatrix(ofClass.Count, embedder.Dimension);
            await embedder.EmbedAsync(images, embeddings.Memory, cancellationToken);
            var iterations = await MeasuredIteration.ReadAsync(connection, reserved, classIndex, cancellationToken);
            scored.AddRange(CanaryScoring.Score(embeddings, iterations, reserved.Request.Evolution.Metric, reserved.Grid.UnitsPerVote)
                .Zip(ofClass, (score, canary) => (score, canary.Included)));
        }

        return scored;
    }

    private static RunAuditReport Report(
        ReservedRun reserved, IReadOnlyList<Canary> canaries, List<(double Score, bool Included)> scored, int guesses)
    {
        var result = CanaryGuesses.Check(scored, guesses);
        var bound = result.EpsilonLowerBound(reserved.Delta, Alpha);
        return new RunAuditReport
        {
            Passed = bound <= reserved.Request.Epsilon,
            RunId = reserved.Request.RunId,
            Epsilon = reserved.Request.Epsilon,
            EpsilonLowerBound = bound,
            Delta = reserved.Delta,
            Confidence = 1 - Alpha,
            Canaries = canaries.Count,
            Included = canaries.Count(canary => canary.Included),
            Guesses = guesses,
            Correct = result.Correct,
        };
    }
}
