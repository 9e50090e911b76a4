using System.Globalization;
using DpSynth.Privacy;
using DpSynth.Synthesis.Budgets;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.Evolution;

/// <summary>
/// Plans a run: looks the dataset over, computes the noise from (ε, δ, T), reserves that budget on the dataset's ledger. No budget,
/// no run. Doing it twice finds the first one's plan.
/// </summary>
public sealed class RunPlanner(IRunRegistry registry, IPrivateStore privateStore, ICandidateStore candidates, IBudgetLedger ledger)
{
    /// <summary>Loose images a private shard holds at most.</summary>
    private const int ImagesPerShard = 1000;

    /// <summary>Plans the run.</summary>
    /// <exception cref="InvalidOperationException">No request is registered under that run id.</exception>
    public async Task<PlanSummary> PlanAsync(string runId, CancellationToken cancellationToken)
    {
        if (await privateStore.ReadRecordAsync<RunPlan>(runId, RunPlan.RecordName, cancellationToken) is { } earlier)
        {
            return Summarise(earlier);
        }

        var registered = await registry.ReadAsync(runId, cancellationToken)
            ?? throw new InvalidOperationException($"No request is registered for run '{runId}'.");
        var request = registered.Request;
        var listing = await privateStore.ListDatasetAsync(request.Dataset, cancellationToken);
        var (plan, fault) = Plan(request, listing);
        if (plan is null)
        {
            return new PlanSummary(fault, 0, 0);
        }

        var muSquared = plan.NoiseMultipliers.Sum(sigma => 1 / (sigma * sigma));
        var reservation = await ledger.ReserveAsync(request.Dataset, runId, muSquared, cancellationToken);
        if (!reservation.Granted)
        {
            return new PlanSummary(DescribeRefusal(request, reservation), 0, 0);
        }

        await candidates.WriteRecipeAsync(plan.Recipe, cancellationToken);
        await privateStore.TryCreateRecordAsync(runId, RunPlan.RecordName, plan, cancellationToken);
        return Summarise(plan);
    }

    /// <summary>Checks a request against its dataset's listing; one of plan and fault is null.</summary>
    public static (RunPlan? Plan, string? Fault) Plan(RunRequest request, DatasetListing? listing)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (DatasetFault(request, listing) is { } fault)
        {
            return (null, fault);
        }

        IReadOnlyList<string?> classes = request.ClassConditional
            ? [.. listing!.Blobs.Select(blob => blob.ClassName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
            : [null];
        var smallest = request.Evolution.PopulationSizes.Min();
        if (smallest < classes.Count)
        {
            return (null, $"A population of {smallest} leaves some of the dataset's {classes.Count} classes without a candidate; raise 'evolution.populationSizes' to at least {classes.Count}.");
        }

        double[] weights = request.Evolution.BudgetWeights.Count > 0
            ? [.. request.Evolution.BudgetWeights]
            : [.. Enumerable.Repeat(1.0, request.Evolution.Iterations)];
        return (new RunPlan
        {
            Request = request,
            Recipe = new GenerationRecipe
            {
                RunId = request.RunId,
                Classes = classes,
                Generator = request.Generator,
                Embedder = request.Embedder,
                Shape = request.Image.ToShape(),
                Evolution = request.Evolution,
                CandidatesPerShard = request.Generator.CandidatesPerShard,
                Seed = request.Seed,
            },
            PrivateShards = CutIntoShards(listing!, classes, request.ClassConditional),
            NoiseMultipliers = GaussianAccountant.NoiseMultipliers(request.Epsilon, request.Delta, weights),
        }, null);
    }

    /// <summary>What is wrong with a dataset as its listing shows it, as one sentence; null if nothing is.</summary>
    public static string? DatasetFault(RunRequest request, DatasetListing? listing)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (listing is null)
        {
            return $"There is no dataset '{request.Dataset}' in the container 'private-data'; upload it there first, one folder a class.";
        }

        if (listing.IsUploading)
        {
            return $"The dataset '{request.Dataset}' is still being uploaded, or its upload was broken off; wait for the upload or repeat it (the blob '{request.Dataset}/{DatasetListing.UploadMarker}' marks it).";
        }

        if (listing.Blobs.Count == 0)
        {
            return $"The dataset '{request.Dataset}' holds no images; upload images to 'private-data/{request.Dataset}/CLASS/' first.";
        }

        if (request.ClassConditional && listing.Blobs.Any(blob => blob.ClassName is null) && listing.Blobs.Any(blob => blob.ClassName is not null))
        {
            return $"The dataset '{request.Dataset}' has images both in class folders and beside them; move the loose ones into a class's folder, or ask with 'classConditional': false.";
        }

        return null;
    }

    private static List<PrivateShard> CutIntoShards(DatasetListing listing, IReadOnlyList<string?> classes, bool classConditional)
    {
        var shards = new List<PrivateShard>();
        for (var classIndex = 0; classIndex < classes.Count; classIndex++)
        {
            var blobs = listing.Blobs.Where(blob => !classConditional || blob.ClassName == classes[classIndex]).ToLookup(blob => blob.IsArchive, blob => blob.Name);
            foreach (var piece in blobs[true].Select(name => new[] { name }).Concat(blobs[false].Chunk(ImagesPerShard)))
            {
                shards.Add(new PrivateShard(shards.Count, classIndex, piece));
            }
        }

        return shards;
    }

    private static PlanSummary Summarise(RunPlan plan) => new(null, plan.PrivateShards.Count, plan.Request.Evolution.Iterations);

    private static string DescribeRefusal(RunRequest request, BudgetReservation reservation) => string.Create(
        CultureInfo.InvariantCulture,
        $"The dataset '{request.Dataset}' has a budget of ε = {reservation.Budget.TotalEpsilon:0.####} at δ = {reservation.Budget.TotalDelta:0.##e+0}, of which at most ε = {reservation.RemainingEpsilon:0.####} is left; a run of ε = {request.Epsilon:0.####} at δ = {request.Delta:0.##e+0} goes beyond it: ask for less, or have the owner raise the budget.");
}
