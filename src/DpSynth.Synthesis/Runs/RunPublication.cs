using System.Text;
using System.Text.Json;
using DpSynth.Imaging;
using DpSynth.Imaging.ContactSheets;
using DpSynth.Privacy;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Sharing;
using DpSynth.Synthesis.Spending;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// Publishes a run's last generation: the shards, a contact sheet, the manifest, the statement of what it cost. The manifest comes
/// last: where it is, the release is whole.
/// </summary>
public sealed class RunPublication(IPrivateStore privateStore, ICandidateStore candidates, ISharedRecords records, IReleaseStore releases)
{
    /// <summary>Images of a class on the contact sheet.</summary>
    private const int ContactSheetColumns = 24;

    private const int ParallelReads = 32;

    private static string Product { get; } = $"DpSynth {typeof(RunPublication).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Writes the release; doing it again writes the same.</summary>
    public async Task<PublishedRun> PublishAsync(string runId, CancellationToken cancellationToken)
    {
        var run = await privateStore.ReadSettledAsync(runId, cancellationToken);
        var jobs = PopulationLayout.Jobs(run.Recipe, run.Recipe.Evolution.Iterations);
        foreach (var job in jobs)
        {
            await using var tar = await candidates.OpenTarAsync(job.ShardId, cancellationToken);
            await releases.WriteAsync(runId, ShardFile(job), tar, "application/x-tar", cancellationToken);
        }

        await WriteAsync(runId, "contact-sheet.png", await DrawContactSheetAsync(run, jobs, cancellationToken), "image/png", cancellationToken);
        var statement = PrivacyStatement.Of(await StatementOfRun.FactsAsync(privateStore, run, Product, cancellationToken));
        var json = JsonSerializer.SerializeToUtf8Bytes(statement, PrivacyJson.Indented);
        await WriteAsync(runId, PrivacyStatement.FileName, json, "application/json", cancellationToken);
        await WriteAsync(runId, PrivacyStatement.MarkdownFileName, Encoding.UTF8.GetBytes(statement.ToMarkdown()), "text/markdown; charset=utf-8", cancellationToken);
        var manifest = JsonSerializer.SerializeToUtf8Bytes(await DescribeAsync(run, jobs, cancellationToken), SynthesisJson.Indented);
        await WriteAsync(runId, RunManifest.FileName, manifest, "application/json", cancellationToken);
        return new PublishedRun($"releases/{runId}/");
    }

    private async Task<byte[]> DrawContactSheetAsync(SettledRun run, IReadOnlyList<GenerationJob> jobs, CancellationToken cancellationToken)
    {
        var rows = new List<ContactSheetRow>();
        foreach (var shards in jobs.GroupBy(job => job.ClassIndex))
        {
            var shard = await candidates.ReadCandidatesAsync(shards.First().ShardId, withImages: true, cancellationToken);
            var shown = Math.Min(ContactSheetColumns, shard.Count);
            var images = new ImageBatch(run.Recipe.Shape, shown);
            for (var i = 0; i < shown; i++)
            {
                shard.Images![(int)((long)i * shard.Count / shown)].CopyTo(images[i]);
            }

            rows.Add(new ContactSheetRow(run.Recipe.Classes[shards.Key] ?? "", images));
        }

        return ContactSheet.Render(rows);
    }

    private async Task<RunManifest> DescribeAsync(SettledRun run, IReadOnlyList<GenerationJob> jobs, CancellationToken cancellationToken)
    {
        var iterations = new List<ManifestIteration>();
        for (var iteration = 1; iteration <= run.Iterations.Count; iteration++)
        {
            var selected = await privateStore.ReadRecordAsync<SelectedSurvivors>(run.Request.RunId, SelectedSurvivors.RecordName(iteration), cancellationToken);
            var fallbacks = selected?.FallbackClasses is { Count: > 0 } classes ? classes : null;
            iterations.Add(new ManifestIteration(
                iteration, run.SigmaInVotes(iteration), fallbacks is null ? null : SelectedParents.RankFallback, fallbacks));
        }

        var notes = await ReadNotesAsync(run.Recipe, cancellationToken);
        var shares = ClassShares(run.Recipe);
        var scores = await privateStore.ReadRecordAsync<ReleaseScores>(run.Request.RunId, ReleaseScores.RecordName, cancellationToken);
        return new RunManifest
        {
            Product = Product,
            RunId = run.Request.RunId,
            Dataset = run.Request.Dataset,
            Method = run.Request.Method,
            Image = new ManifestImage(run.Recipe.Shape.Width, run.Recipe.Shape.Height, run.Recipe.Shape.Channels),
            Generator = run.Recipe.Generator,
            Generation = notes.IsEmpty ? null : notes,
            Spending = await ImageSpending.ReadAsync(records, run.Request.RunId, cancellationToken),
            Embedder = run.Recipe.Embedder,
            PrivateSide = await DescribePrivateSideAsync(run, cancellationToken),
            Evolution = run.Recipe.Evolution,
            Seed = run.Recipe.Seed,
            Classes =
            [
                .. run.Recipe.Classes.Select((name, index) => new ManifestClass(
                    index,
                    name,
                    jobs.Where(job => job.ClassIndex == index).Sum(job => job.Count),
                    shares[index],
                    run.ClassCounts is null ? null : (double)run.Recipe.ClassWeights[index] / run.Grid.UnitsPerVote)),
            ],
            Iterations = iterations,
            Shards = [.. jobs.Select(job => new ManifestShard(ShardFile(job), job.ClassIndex, job.Count))],
            Scores = scores,
            ScoresMissing = scores is null && run.Request.Scores.PublicReference is not null
                ? "The scores could not be computed; the function app's log says why. The release is whole without them."
                : null,
        };
    }

    private async Task<ManifestPrivateSide> DescribePrivateSideAsync(SettledRun run, CancellationToken cancellationToken)
    {
        var embedders = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var shards in Enumerable.Range(0, run.ShardClasses.Count).Chunk(ParallelReads))
        {
            var found = await Task.WhenAll(shards.Select(shard => privateStore.ReadEmbeddedAsync(run.Request.RunId, shard, cancellationToken)));
            embedders.UnionWith(found.Select(shard => shard.Provider).OfType<string>());
        }

        return new ManifestPrivateSide([.. embedders], await SearchRecord.ReadAsync(privateStore, run.Request.RunId, cancellationToken));
    }

    /// <summary>What the generator said of all generations' shards: those that were voted on shaped the last one.</summary>
    private async Task<GenerationNotes> ReadNotesAsync(GenerationRecipe recipe, CancellationToken cancellationToken)
    {
        var notes = GenerationNotes.None;
        for (var generation = 0; generation <= recipe.Evolution.Iterations; generation++)
        {
            foreach (var jobs in PopulationLayout.Jobs(recipe, generation).Chunk(ParallelReads))
            {
                var read = await Task.WhenAll(jobs.Select(job => candidates.ReadNotesAsync(job.ShardId, cancellationToken)));
                notes = read.Aggregate(notes, (sum, next) => sum.And(next));
            }
        }

        return notes;
    }

    /// <summary>The classes' shares of the population before rounding.</summary>
    private static double[] ClassShares(GenerationRecipe recipe)
    {
        var weights = recipe.ClassWeights.Select(static weight => (double)Math.Max(0, weight)).ToArray();
        var total = weights.Sum();
        return total > 0 ? Array.ConvertAll(weights, weight => weight / total) : [.. recipe.Classes.Select(_ => 1.0 / recipe.Classes.Count)];
    }

    private static string ShardFile(GenerationJob job) => $"synthetic-{job.Shard:D5}.tar";

    private async Task WriteAsync(string runId, string file, byte[] content, string contentType, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(content, writable: false);
        await releases.WriteAsync(runId, file, stream, contentType, cancellationToken);
    }
}

/// <summary>A run's release.</summary>
/// <param name="Location">Where it lies in the exchange account, <c>releases/RUN/</c>.</param>
public sealed record PublishedRun(string Location);
