using System.Text.Json;
using DpSynth.Imaging;
using DpSynth.Imaging.ContactSheets;
using DpSynth.Privacy;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Releases;

namespace DpSynth.Synthesis.Evolution;

/// <summary>
/// Publishes a run's last generation: the shards, a contact sheet, the manifest, the statement of what it cost. The manifest comes
/// last: where it is, the release is whole.
/// </summary>
public sealed class RunPublication(IPrivateStore privateStore, ICandidateStore candidates, IReleaseStore releases)
{
    /// <summary>Images of a class on the contact sheet.</summary>
    private const int ContactSheetColumns = 24;

    /// <summary>Writes the release; doing it again writes the same.</summary>
    public async Task<PublishedRun> PublishAsync(string runId, CancellationToken cancellationToken)
    {
        var plan = await privateStore.ReadPlanAsync(runId, cancellationToken);
        var jobs = PopulationLayout.Jobs(plan.Recipe, plan.Recipe.Evolution.Iterations);
        foreach (var job in jobs)
        {
            await using var tar = await candidates.OpenTarAsync(job.ShardId, cancellationToken);
            await releases.WriteAsync(runId, ShardFile(job), tar, "application/x-tar", cancellationToken);
        }

        await WriteAsync(runId, "contact-sheet.png", await DrawContactSheetAsync(plan, jobs, cancellationToken), "image/png", cancellationToken);
        var statement = PrivacyStatement.OfGaussianReleases([.. plan.NoiseMultipliers], plan.Request.Delta) with
        {
            Epsilon = Cost.EpsilonOf(plan, plan.NoiseMultipliers.Count),
        };
        await WriteJsonAsync(runId, "privacy.json", statement, cancellationToken);
        await WriteJsonAsync(runId, RunManifest.FileName, await DescribeAsync(plan, jobs, cancellationToken), cancellationToken);
        return new PublishedRun($"releases/{runId}/");
    }

    private async Task<byte[]> DrawContactSheetAsync(RunPlan plan, IReadOnlyList<GenerationJob> jobs, CancellationToken cancellationToken)
    {
        var rows = new List<ContactSheetRow>();
        foreach (var shards in jobs.GroupBy(job => job.ClassIndex))
        {
            var shard = await candidates.ReadCandidatesAsync(shards.First().ShardId, withImages: true, cancellationToken);
            var shown = Math.Min(ContactSheetColumns, shard.Count);
            var images = new ImageBatch(plan.Recipe.Shape, shown);
            for (var i = 0; i < shown; i++)
            {
                shard.Images![(int)((long)i * shard.Count / shown)].CopyTo(images[i]);
            }

            rows.Add(new ContactSheetRow(plan.Recipe.Classes[shards.Key] ?? "", images));
        }

        return ContactSheet.Render(rows);
    }

    private async Task<RunManifest> DescribeAsync(RunPlan plan, IReadOnlyList<GenerationJob> jobs, CancellationToken cancellationToken)
    {
        var iterations = new List<ManifestIteration>();
        for (var iteration = 1; iteration <= plan.NoiseMultipliers.Count; iteration++)
        {
            var selected = await privateStore.ReadRecordAsync<SelectedSurvivors>(plan.Request.RunId, SelectedSurvivors.RecordName(iteration), cancellationToken);
            var fallbacks = selected?.FallbackClasses is { Count: > 0 } classes ? classes : null;
            iterations.Add(new ManifestIteration(
                iteration, plan.NoiseMultiplier(iteration), fallbacks is null ? null : Selection.SelectedParents.RankFallback, fallbacks));
        }

        return new RunManifest
        {
            Product = $"DpSynth {typeof(RunPublication).Assembly.GetName().Version?.ToString(3)}",
            RunId = plan.Request.RunId,
            Dataset = plan.Request.Dataset,
            Method = plan.Request.Method,
            Image = new ManifestImage(plan.Recipe.Shape.Width, plan.Recipe.Shape.Height, plan.Recipe.Shape.Channels),
            Generator = plan.Recipe.Generator,
            Embedder = plan.Recipe.Embedder,
            Evolution = plan.Recipe.Evolution,
            Seed = plan.Recipe.Seed,
            Classes = [.. plan.Recipe.Classes.Select((name, index) => new ManifestClass(index, name, jobs.Where(job => job.ClassIndex == index).Sum(job => job.Count)))],
            Iterations = iterations,
            Shards = [.. jobs.Select(job => new ManifestShard(ShardFile(job), job.ClassIndex, job.Count))],
        };
    }

    private static string ShardFile(GenerationJob job) => $"synthetic-{job.Shard:D5}.tar";

    private Task WriteJsonAsync<T>(string runId, string file, T content, CancellationToken cancellationToken) =>
        WriteAsync(runId, file, JsonSerializer.SerializeToUtf8Bytes(content, SynthesisJson.Indented), "application/json", cancellationToken);

    private async Task WriteAsync(string runId, string file, byte[] content, string contentType, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(content, writable: false);
        await releases.WriteAsync(runId, file, stream, contentType, cancellationToken);
    }
}

/// <summary>A run's release.</summary>
/// <param name="Location">Where it lies in the exchange account, <c>releases/RUN/</c>.</param>
public sealed record PublishedRun(string Location);
