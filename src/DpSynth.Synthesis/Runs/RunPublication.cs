using System.Text;
using System.Text.Json;
using DpSynth.Imaging;
using DpSynth.Imaging.ContactSheets;
using DpSynth.Privacy;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Sharing;
using DpSynth.Synthesis.Spending;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// Publishes what a run made: the shards, a contact sheet, the manifest, the statement of what it cost. The manifest comes
/// last: where it is, the release is whole.
/// </summary>
public sealed class RunPublication(
    IRunRecords runRecords, ICandidateStore candidates, ISharedRecords records, IReleaseStore releases, Methods methods, RequestJson json)
{
    /// <summary>Images of a class on the contact sheet.</summary>
    private const int ContactSheetColumns = 24;

    private const int ParallelReads = 32;

    private static string Product { get; } = $"DpSynth {typeof(RunPublication).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Writes the release; doing it again writes the same.</summary>
    public async Task<PublishedRun> PublishAsync(string runId, CancellationToken cancellationToken)
    {
        var run = await runRecords.ReadReservedAsync(runId, cancellationToken);
        var report = await methods.Of(run.Request).ReportAsync(run, cancellationToken);
        foreach (var job in report.Published)
        {
            await using var tar = await candidates.OpenForPublicationAsync(
                job.ShardId, run.Recipe.Shape, job.Count, job.ClassIndex, cancellationToken);
            await releases.WriteAsync(runId, ShardFile(job), tar, "application/x-tar", cancellationToken);
        }

        foreach (var file in report.Files)
        {
            await WriteAsync(runId, file.Name, file.Content.ToArray(), file.ContentType, cancellationToken);
        }

        if (report.Published.Count > 0)
        {
            await WriteAsync(runId, "contact-sheet.png", await DrawContactSheetAsync(run, report.Published, cancellationToken), "image/png", cancellationToken);
        }

        var statement = PrivacyStatement.Of(await StatementOfRun.FactsAsync(runRecords, run, Product, cancellationToken));
        var stated = JsonSerializer.SerializeToUtf8Bytes(statement, PrivacyJson.Indented);
        await WriteAsync(runId, PrivacyStatement.FileName, stated, "application/json", cancellationToken);
        await WriteAsync(
            runId, PrivacyStatement.MarkdownFileName, Encoding.UTF8.GetBytes(statement.ToMarkdown()), "text/markdown; charset=utf-8", cancellationToken);
        var manifest = JsonSerializer.SerializeToUtf8Bytes(await DescribeAsync(run, report, cancellationToken), json.Indented);
        await WriteAsync(runId, RunManifest.FileName, manifest, "application/json", cancellationToken);
        return new PublishedRun(releases.LocationOf(runId));
    }

    private async Task<byte[]> DrawContactSheetAsync(ReservedRun run, IReadOnlyList<GenerationJob> jobs, CancellationToken cancellationToken)
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

    private async Task<RunManifest> DescribeAsync(ReservedRun run, MethodReport report, CancellationToken cancellationToken)
    {
        var notes = await ReadNotesAsync(report.Made, cancellationToken);
        var shares = ClassShares(run.Recipe);
        var scores = await runRecords.ReadRecordAsync<ReleaseScores>(run.Request.RunId, ReleaseScores.RecordName, cancellationToken);
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
            PrivateSide = await DescribePrivateSideAsync(run, report.SearchProviders, cancellationToken),
            Options = run.Request.Options,
            Seed = run.Recipe.Seed,
            Classes =
            [
                .. run.Recipe.Classes.Select((name, index) => new ManifestClass(
                    index,
                    name,
                    report.Published.Where(job => job.ClassIndex == index).Sum(job => job.Count),
                    shares[index],
                    !run.MeasuresClassCounts ? null : (double)run.Recipe.ClassWeights[index] / run.Grid.UnitsPerVote)),
            ],
            Iterations = report.Iterations,
            Shards = [.. report.Published.Select(job => new ManifestShard(ShardFile(job), job.ClassIndex, job.Count))],
            Scores = scores,
            ScoresMissing = scores is null && run.Request.Scores.PublicReference is not null
                ? "The scores could not be computed; the function app's log says why. The release is whole without them."
                : null,
        };
    }

    private async Task<ManifestPrivateSide> DescribePrivateSideAsync(
        ReservedRun run, IReadOnlyList<string> searchProviders, CancellationToken cancellationToken)
    {
        var embedders = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var shards in Enumerable.Range(0, run.ShardClasses.Count).Chunk(ParallelReads))
        {
            var found = await Task.WhenAll(shards.Select(shard => runRecords.ReadEmbeddedAsync(run.Request.RunId, shard, cancellationToken)));
            embedders.UnionWith(found.Select(shard => shard.Provider).OfType<string>());
        }

        return new ManifestPrivateSide([.. embedders], searchProviders);
    }

    /// <summary>What the generator said of all shards: those that were voted on shaped the published ones.</summary>
    private async Task<GenerationNotes> ReadNotesAsync(IReadOnlyList<GenerationJob> made, CancellationToken cancellationToken)
    {
        var notes = GenerationNotes.None;
        foreach (var jobs in made.Chunk(ParallelReads))
        {
            var read = await Task.WhenAll(jobs.Select(job => candidates.ReadNotesAsync(job.ShardId, cancellationToken)));
            notes = read.Aggregate(notes, (sum, next) => sum.And(next));
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
