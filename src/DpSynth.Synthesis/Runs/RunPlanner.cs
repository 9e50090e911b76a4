using DpSynth.Ledgers;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// Plans a run: looks over everything that can be told without reading an image, so that what cannot succeed ends early, and pins the
/// models. Nothing is reserved yet. Doing it twice finds the first one's plan.
/// </summary>
public sealed class RunPlanner(
    IRunRegistry registry,
    IDatasetStore datasets,
    IRunRecords records,
    IPrivacyLedger ledger,
    IEmbedderFactory embedders,
    IModelCatalogue models,
    IPublicImageSource publicImages,
    Methods methods)
{
    /// <summary>Loose images a private shard holds at most.</summary>
    private const int ImagesPerShard = 1000;

    /// <summary>How far a run may seem to go beyond what is left and still be tried: its noise is discrete.</summary>
    private const double BudgetTolerance = 1.05;

    /// <summary>Plans the run.</summary>
    /// <exception cref="InvalidOperationException">No request is registered under that run id.</exception>
    public async Task<PlanSummary> PlanAsync(string runId, CancellationToken cancellationToken)
    {
        if (await records.ReadRecordAsync<RunPlanHeader>(runId, RunPlan.RecordName, cancellationToken) is { } earlier)
        {
            return earlier.IsKnown
                ? Summarise(await records.ReadPlanAsync(runId, cancellationToken))
                : new PlanSummary(null, 0, earlier.SchemaVersion);
        }

        var registered = await registry.ReadAsync(runId, cancellationToken)
            ?? throw new InvalidOperationException($"No request is registered for run '{runId}'.");
        var request = registered.Request;
        var (plan, fault) = Plan(request, methods.Of(request), await datasets.ListDatasetAsync(request.Dataset, cancellationToken));
        if (plan is null)
        {
            return new PlanSummary(fault, 0);
        }

        var (pinned, pinningFault) = await ModelPinning.PinAsync(request, models, cancellationToken);
        if (pinned is null)
        {
            return new PlanSummary(pinningFault, 0);
        }

        if (await FindEmbedderFaultAsync(pinned, cancellationToken) is { } embedderFault)
        {
            return new PlanSummary(embedderFault, 0);
        }

        if (await FindPublicImagesFaultAsync(request, cancellationToken) is { } publicFault)
        {
            return new PlanSummary(publicFault, 0);
        }

        var (ownerTableHash, ownerFault) = await PinOwnerTableAsync(request, cancellationToken);
        if (ownerFault is not null)
        {
            return new PlanSummary(ownerFault, 0);
        }

        if (FindBudgetFault(request, await ledger.ReadAsync(request.Dataset, cancellationToken)) is { } budgetFault)
        {
            return new PlanSummary(budgetFault, 0);
        }

        await records.TryCreateRecordAsync(runId, RunPlan.RecordName, plan with { Request = pinned, OwnerTableHash = ownerTableHash }, cancellationToken);
        return Summarise(plan);
    }

    /// <summary>Checks a request against its dataset's listing; one of plan and fault is null.</summary>
    public static (RunPlan? Plan, string? Fault) Plan(RunRequest request, IMethod method, DatasetListing? listing)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(method);
        if (DatasetFault(request, listing) is { } fault)
        {
            return (null, fault);
        }

        IReadOnlyList<string?> classes = request.ClassConditional
            ? [.. listing!.Blobs.Select(blob => blob.ClassName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
            : [null];
        return method.FindFault(request, classes.Count) is { } unfit
            ? (null, unfit)
            : (new RunPlan { Request = request, Classes = classes, PrivateShards = CutIntoShards(listing!, classes, request.ClassConditional) }, null);
    }

    /// <summary>What is wrong with a dataset as its listing shows it, as one sentence; null if nothing is.</summary>
    public static string? DatasetFault(RunRequest request, DatasetListing? listing)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (listing is null)
        {
            return $"There is no dataset '{request.Dataset}'; upload it first, one folder a class.";
        }

        if (listing.IsUploading)
        {
            return $"The dataset '{request.Dataset}' is still being uploaded, or its upload was broken off; wait for the upload or repeat it (the blob "
                + $"'{request.Dataset}/{DatasetListing.UploadMarker}' marks it).";
        }

        if (listing.Blobs.Count == 0)
        {
            return $"The dataset '{request.Dataset}' holds no images; upload images to '{request.Dataset}/CLASS/' first.";
        }

        if (request.ClassConditional && listing.Blobs.Any(blob => blob.ClassName is null) && listing.Blobs.Any(blob => blob.ClassName is not null))
        {
            return $"The dataset '{request.Dataset}' has images both in class folders and beside them; move the loose ones into a class's folder, or "
                + "ask with 'classConditional': false.";
        }

        return null;
    }

    private static List<PrivateShard> CutIntoShards(DatasetListing listing, IReadOnlyList<string?> classes, bool classConditional)
    {
        var shards = new List<PrivateShard>();
        for (var classIndex = 0; classIndex < classes.Count; classIndex++)
        {
            var blobs = listing.Blobs.Where(blob => !classConditional || blob.ClassName == classes[classIndex]).ToLookup(blob => blob.IsArchive);
            foreach (var piece in blobs[true].Select(blob => new[] { blob }).Concat(blobs[false].Chunk(ImagesPerShard)))
            {
                shards.Add(
                    new PrivateShard(shards.Count, classIndex, Array.ConvertAll(piece, blob => blob.Name), Array.ConvertAll(piece, blob => blob.Version))
                    {
                        Length = piece.Sum(blob => blob.Length),
                    });
            }
        }

        return shards;
    }

    private static PlanSummary Summarise(RunPlan plan) => new(null, plan.PrivateShards.Count, plan.SchemaVersion);

    /// <summary>An embedder's model may be missing here, or not take images of that shape.</summary>
    private async Task<string?> FindEmbedderFaultAsync(RunRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await embedders.CreateAsync(request.Embedder, request.Image.ToShape(), cancellationToken);
            return null;
        }
        catch (NotSupportedException fault)
        {
            return $"The embedder cannot be made: {fault.Message}";
        }
    }

    private async Task<string?> FindPublicImagesFaultAsync(RunRequest request, CancellationToken cancellationToken)
    {
        foreach (var set in new[] { request.Generator.PublicImages, request.Scores.PublicReference })
        {
            if (set is not null && !await publicImages.ExistsAsync(set, cancellationToken))
            {
                return $"There is no public image set '{set}'; put its images among the candidates first, into the folder 'public/{set}'.";
            }
        }

        return null;
    }

    private async Task<(string? Hash, string? Fault)> PinOwnerTableAsync(RunRequest request, CancellationToken cancellationToken)
    {
        if (request.Privacy.Owners is not CsvOwners csv)
        {
            return (null, null);
        }

        try
        {
            return ((await OwnerLookups.ReadTableAsync(datasets, request.Dataset, csv, cancellationToken)).Hash, null);
        }
        catch (InvalidDataException fault)
        {
            return (null, fault.Message);
        }
    }

    /// <summary>
    /// Compares what the run would cost, had it Gaussian noise, with what is left for such a run. Only the ledger can say that it fits;
    /// this says early that it clearly does not.
    /// </summary>
    private static string? FindBudgetFault(RunRequest request, PrivacyBudget budget)
    {
        var delta = DeltaDerivation.BeforeRelease(request, null, new VoteGrid(0))?.Delta ?? RunCalibration.ProvisionalDelta;
        try
        {
            var mu = GaussianAccountant.Mu(request.Epsilon, delta) / (request.Privacy.Adjacency == Adjacency.ReplaceOne ? Math.Sqrt(2) : 1);
            return GaussianAccountant.Epsilon(mu, budget.CapDelta) > BudgetTolerance * budget.RemainingEpsilon
                ? BudgetRefusal.Describe(request, delta, budget)
                : null;
        }
        catch (ArgumentOutOfRangeException)
        {
            return RunCalibration.DescribeNoNoise(request, delta);
        }
    }
}
