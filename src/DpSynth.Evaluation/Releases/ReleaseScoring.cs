using DpSynth.Evaluation.Distances;
using DpSynth.Numerics;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Evaluation.Releases;

/// <summary>
/// Compares a run's last generation with reference images in the space of the run's embedder. With public ones for the manifest; with the
/// private ones only for a record in the private container, since such a score is computed from them without noise.
/// </summary>
public sealed class ReleaseScoring(
    IRunRecords records,
    IPrivateEmbeddings privateEmbeddings,
    ICandidateStore candidates,
    IPublicImageSource publicImages,
    IEmbedderFactory embedders,
    Methods methods)
{
    // A set of 25,000 embeddings of 2,048 values takes 205 MB; Fréchet distances of that many are stable.
    private const int MaxRows = 25_000;

    private const string PublicCaution = "In the space of the run's own embedder: compare it with runs that have the same one only.";
    private const string PrivateCaution =
        "Computed from private images without noise: ε does not cover it. Do not publish it, and do not choose what to publish by it.";

    /// <summary>Computes the scores that the run's request asks for; the second time it finds the first one's.</summary>
    public async Task ScoreAsync(string runId, CancellationToken cancellationToken)
    {
        var run = await records.ReadRecordAsync<ReservedRun>(runId, ReservedRun.RecordName, cancellationToken)
            ?? throw new InvalidOperationException($"Run '{runId}' has no reserved budget.");
        var wanted = run.Request.Scores;
        var withPublic = wanted.PublicReference is not null && await IsMissingAsync(runId, ReleaseScores.RecordName, cancellationToken);
        var withPrivate = wanted.Private && await IsMissingAsync(runId, ReleaseScores.PrivateRecordName, cancellationToken);
        if (!withPublic && !withPrivate)
        {
            return;
        }

        var report = await methods.Of(run.Request).ReportAsync(run, cancellationToken);
        var release = await ReadReleaseAsync(report.Published, cancellationToken);
        if (withPublic)
        {
            await records.TryCreateRecordAsync(
                runId,
                ReleaseScores.RecordName,
                Compare(
                    release,
                    await EmbedPublicAsync(run, wanted.PublicReference!, cancellationToken),
                    $"the public images '{wanted.PublicReference}'",
                    PublicCaution,
                    cancellationToken),
                cancellationToken);
        }

        if (withPrivate)
        {
            await records.TryCreateRecordAsync(
                runId,
                ReleaseScores.PrivateRecordName,
                Compare(
                    release,
                    await ReadPrivateAsync(run, cancellationToken),
                    $"the private images of '{run.Request.Dataset}'",
                    PrivateCaution,
                    cancellationToken),
                cancellationToken);
        }
    }

    private static ReleaseScores Compare(RowSample release, RowSample reference, string name, string caution, CancellationToken cancellationToken)
    {
        var (made, real) = (release.ToMatrix(), reference.ToMatrix());
        var neighbours = Math.Min(ManifoldScores.DefaultNeighbours, Math.Min(made.Rows, real.Rows) - 1);
        if (neighbours < 1)
        {
            throw new InvalidDataException($"A release of {made.Rows} images cannot be compared with {name}, {real.Rows} in number: both need two at least.");
        }

        var manifold = ManifoldScores.Of(real, made, neighbours, cancellationToken);
        return new ReleaseScores
        {
            Reference = name,
            Caution = caution,
            Images = made.Rows,
            ReferenceImages = real.Rows,
            Dimension = made.Columns,
            FrechetDistance = FrechetDistance.Between(made, real, cancellationToken),
            KernelDistance = KernelDistance.Between(made, real, cancellationToken),
            Neighbours = neighbours,
            Precision = manifold.Precision,
            Recall = manifold.Recall,
            Density = manifold.Density,
            Coverage = manifold.Coverage,
        };
    }

    private async Task<bool> IsMissingAsync(string runId, string record, CancellationToken cancellationToken) =>
        await records.ReadRecordAsync<ReleaseScores>(runId, record, cancellationToken) is null;

    private async Task<RowSample> ReadReleaseAsync(IReadOnlyList<GenerationJob> published, CancellationToken cancellationToken)
    {
        RowSample? sample = null;
        foreach (var job in published)
        {
            var shard = await candidates.ReadEmbeddingsAsync(job.ShardId, cancellationToken);
            (sample ??= new RowSample(shard.Columns, MaxRows)).Add(shard);
        }

        return sample!;
    }

    private async Task<RowSample> ReadPrivateAsync(ReservedRun run, CancellationToken cancellationToken)
    {
        RowSample? sample = null;
        for (var shard = 0; shard < run.ShardClasses.Count; shard++)
        {
            var embeddings = await privateEmbeddings.ReadEmbeddingsAsync(run.Request.RunId, shard, cancellationToken)
                ?? throw new InvalidOperationException($"Private shard {shard} of run '{run.Request.RunId}' has no embeddings.");
            (sample ??= new RowSample(embeddings.Columns, MaxRows)).Add(embeddings);
        }

        return sample!;
    }

    private async Task<RowSample> EmbedPublicAsync(ReservedRun run, string set, CancellationToken cancellationToken)
    {
        var embedder = await embedders.CreateAsync(run.Recipe.Embedder, run.Recipe.Shape, cancellationToken);
        var sample = new RowSample(embedder.Dimension, MaxRows);
        await foreach (var block in publicImages.ReadAsync(set, run.Recipe.Shape, cancellationToken))
        {
            var embeddings = new EmbeddingMatrix(block.Count, embedder.Dimension);
            await embedder.EmbedAsync(block, embeddings.Memory, cancellationToken);
            sample.Add(embeddings);
        }

        return sample;
    }
}
