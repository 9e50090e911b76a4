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
    IOwnerDetails details,
    IPrivacyLedger ledger,
    IEmbedderFactory embedders,
    IModelCatalogue models,
    IPublicImageSource publicImages,
    Methods methods)
{
    /// <summary>Loose images a private shard holds at most.</summary>
    private const int ImagesPerShard = 1000;

    // How many pieces everybody sees: by what the policy makes public, and so the same whatever images there are.
    private const int MinLanes = 8;
    private const int MaxLanes = 512;
    private const int ImagesPerLane = 10_000;

    /// <summary>How many blobs that take no part are named to the owner.</summary>
    private const int NamedBlobs = 20;

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
        var budget = await ledger.ReadAsync(request.Dataset, cancellationToken);
        var (guarantee, unlawful) = Guarantee.Of(request, budget.Policy, registered.SubmittedBy);
        if (guarantee is null)
        {
            return Refuse(unlawful!);
        }

        var policy = budget.Policy!.Policy;
        if (methods.Of(request).FindFault(request, request.ClassConditional ? policy.Classes!.Count : 1) is { } unfit)
        {
            return Refuse(Refusal.Request(unfit));
        }

        var (pinned, pinningFault) = await ModelPinning.PinAsync(request, models, cancellationToken);
        if (pinned is null)
        {
            return Refuse(Refusal.Request(pinningFault!));
        }

        if ((await FindEmbedderFaultAsync(pinned, cancellationToken) ?? await FindPublicImagesFaultAsync(request, cancellationToken)) is { } fault)
        {
            return Refuse(Refusal.Request(fault));
        }

        if (await FindBudgetFaultAsync(request, guarantee, budget, cancellationToken) is { } tooDear)
        {
            return Refuse(tooDear);
        }

        var listing = await datasets.ListDatasetAsync(request.Dataset, cancellationToken);
        if (listing is { IsUploading: true })
        {
            return Refuse(Refusal.Uploading);
        }

        var (ownerTableHash, ownerFault) = await PinOwnerTableAsync(request.Dataset, guarantee, cancellationToken);
        if (ownerFault is not null)
        {
            await details.WriteDetailAsync(runId, new OwnerDetail(nameof(RunStage.Planning), Refusal.PrivateData.Code, ownerFault), cancellationToken);
            return Refuse(Refusal.PrivateData);
        }

        var plan = Plan(pinned, guarantee, policy, listing) with { OwnerTableHash = ownerTableHash };
        await records.TryCreateRecordAsync(runId, RunPlan.RecordName, plan, cancellationToken);
        return Summarise(plan);
    }

    /// <summary>Cuts a dataset into pieces: what lies in the policy's classes takes part, and nothing else.</summary>
    public static RunPlan Plan(RunRequest request, Guarantee guarantee, DatasetPolicy policy, DatasetListing? listing)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(policy);
        var blobs = (listing?.Blobs ?? []).ToLookup(blob => policy.Classes?.Contains(blob.ClassName ?? "") ?? true);
        IReadOnlyList<string?> classes = request.ClassConditional ? [.. policy.Classes!.Order(StringComparer.Ordinal)] : [null];
        return new RunPlan
        {
            Request = request,
            Guarantee = guarantee,
            Classes = classes,
            Lanes = Math.Clamp((policy.PublicSize ?? 0) / ImagesPerLane, MinLanes, MaxLanes),
            PrivateShards = CutIntoShards([.. blobs[true]], classes, request.ClassConditional),
            LeftOut = blobs[false].Count(),
            LeftOutNames = [.. blobs[false].Take(NamedBlobs).Select(blob => blob.Name)],
        };
    }

    private static List<PrivateShard> CutIntoShards(IReadOnlyList<DatasetBlob> all, IReadOnlyList<string?> classes, bool classConditional)
    {
        var shards = new List<PrivateShard>();
        for (var classIndex = 0; classIndex < classes.Count; classIndex++)
        {
            var blobs = all.Where(blob => !classConditional || blob.ClassName == classes[classIndex]).ToLookup(blob => blob.IsArchive);
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

    private static PlanSummary Refuse(Refusal refusal) => new(refusal, 0);

    private static PlanSummary Summarise(RunPlan plan) => new(null, plan.Lanes, plan.SchemaVersion);

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

    private async Task<(string? Hash, string? Fault)> PinOwnerTableAsync(string dataset, Guarantee guarantee, CancellationToken cancellationToken)
    {
        if (guarantee.Owners is not CsvOwners csv)
        {
            return (null, null);
        }

        try
        {
            return ((await OwnerLookups.ReadTableAsync(datasets, dataset, csv, cancellationToken)).Hash, null);
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
    private async Task<Refusal?> FindBudgetFaultAsync(
        RunRequest request, Guarantee guarantee, PrivacyBudget budget, CancellationToken cancellationToken)
    {
        var delta = DeltaDerivation.BeforeMeasurement(guarantee, null, new VoteGrid(0))?.Delta ?? RunCalibration.ProvisionalDelta;
        try
        {
            var mu = GaussianAccountant.Mu(guarantee.Epsilon, delta) / (guarantee.Adjacency == Adjacency.ReplaceOne ? Math.Sqrt(2) : 1);
            if (GaussianAccountant.Epsilon(mu, budget.CapDelta) <= BudgetTolerance * budget.RemainingEpsilon)
            {
                return null;
            }
        }
        catch (ArgumentOutOfRangeException)
        {
            return Refusal.Request(RunCalibration.DescribeNoNoise(guarantee.Epsilon, delta));
        }

        var detail = new OwnerDetail(nameof(RunStage.Planning), Refusal.Budget.Code, BudgetRefusal.Describe(request, delta, budget));
        await details.WriteDetailAsync(request.RunId, detail, cancellationToken);
        return Refusal.Budget;
    }
}
