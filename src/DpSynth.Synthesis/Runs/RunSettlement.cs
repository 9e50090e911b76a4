using DpSynth.Ledgers;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// Settles a run once its images are embedded and found in order: ties the dataset to its lineage, calibrates the noise, reserves the
/// budget, releases noisy class counts where they are needed, divides the population. No budget, no run. Doing it twice finds the
/// first one's work.
/// </summary>
public sealed class RunSettlement(IPrivateStore privateStore, ICandidateStore candidates, IPrivacyLedger ledger, IDiscreteGaussianNoise noise, Methods methods)
{
    private readonly NoisyRelease _release = new(privateStore, ledger, noise);

    /// <summary>Settles the run.</summary>
    public async Task<SettlementSummary> SettleAsync(string runId, CancellationToken cancellationToken)
    {
        if (await privateStore.ReadRecordAsync<SettledRun>(runId, SettledRun.RecordName, cancellationToken) is { } earlier)
        {
            return Summarise(earlier);
        }

        var plan = await privateStore.ReadPlanAsync(runId, cancellationToken);
        if (await ledger.FollowLineageAsync(plan.Request.Dataset, await ReadFingerprintsAsync(plan, cancellationToken), cancellationToken) is { } fault)
        {
            return new SettlementSummary(fault, plan.Request.Delta, 0);
        }

        var calibration = new RunCalibration(plan.Request, methods.Of(plan.Request).Design(plan.Request), plan.Classes.Count);
        var publicCounts = plan.Request.Privacy.ClassCounts == ClassCounts.Public
            ? await ClassCounting.CountAsync(privateStore, plan, calibration.Grid, cancellationToken)
            : null;
        SettledRun? settled;
        SettlementSummary? refusal;
        try
        {
            (settled, refusal) = await SettleAsync(plan, calibration, publicCounts, cancellationToken);
        }
        catch (RequestException impossible)
        {
            return new SettlementSummary(impossible.Message, plan.Request.Delta, 0);
        }

        if (settled is null)
        {
            return refusal!;
        }

        await candidates.WriteRecipeAsync(settled.Recipe, cancellationToken);
        await privateStore.TryCreateRecordAsync(runId, SettledRun.RecordName, settled, cancellationToken);
        return Summarise(settled);
    }

    private async Task<(SettledRun? Settled, SettlementSummary? Refusal)> SettleAsync(
        RunPlan plan, RunCalibration calibration, long[]? publicCounts, CancellationToken cancellationToken) =>
        DeltaDerivation.BeforeRelease(plan.Request, publicCounts, calibration.Grid) is { } known
            ? await SettleAtAsync(plan, calibration, known, publicCounts, cancellationToken)
            : await SettleByNoisySizeAsync(plan, calibration, cancellationToken);

    /// <summary>δ is known beforehand: one calibration and one reservation for everything.</summary>
    private async Task<(SettledRun? Settled, SettlementSummary? Refusal)> SettleAtAsync(
        RunPlan plan, RunCalibration calibration, DerivedDelta known, long[]? publicCounts, CancellationToken cancellationToken)
    {
        if (known.Fault is { } fault)
        {
            return (null, new SettlementSummary(fault, null, 0));
        }

        var settled = Settle(plan, calibration, known, calibration.Calibrate(known.Delta));
        var reservation = await ledger.ReserveAsync(
            plan.Request.Dataset, plan.Request.RunId, settled.Releases, cancellationToken);
        if (!reservation.Granted)
        {
            return (null, new SettlementSummary(BudgetRefusal.Describe(plan.Request, known.Delta, reservation.Budget), known.Delta, 0));
        }

        var weights = settled.ReleasesClassCounts
            ? await ReleaseClassCountsAsync(plan, calibration.Grid, settled.Releases[0], cancellationToken)
            : publicCounts;
        return (WithWeights(settled, weights ?? []), null);
    }

    /// <summary>
    /// δ comes from the noisy size: class counts are reserved and released first, the iterations are calibrated beside them. A refusal
    /// after that has cost the class counts.
    /// </summary>
    private async Task<(SettledRun? Settled, SettlementSummary? Refusal)> SettleByNoisySizeAsync(
        RunPlan plan, RunCalibration calibration, CancellationToken cancellationToken)
    {
        var request = plan.Request;
        var classCounts = calibration.CalibrateClassCounts();
        var first = await ledger.ReserveAsync(request.Dataset, request.RunId, [classCounts], cancellationToken);
        if (!first.Granted)
        {
            return (null, new SettlementSummary(BudgetRefusal.Describe(request, RunCalibration.ProvisionalDelta, first.Budget), null, 0));
        }

        var noisyCounts = await ReleaseClassCountsAsync(plan, calibration.Grid, classCounts, cancellationToken);
        var derived = DeltaDerivation.OfCounts(request, noisyCounts, calibration.Grid, DeltaSource.NoisySize);
        var costAt = derived.Fault is null ? derived.Delta : RunCalibration.ProvisionalDelta;
        var cost = Cost.EpsilonOf([classCounts.Event], costAt, request.Privacy.Adjacency);
        if (derived.Fault is { } fault)
        {
            return (null, new SettlementSummary($"{fault} {BudgetRefusal.DescribeCost(cost, costAt)}", costAt, cost));
        }

        var settled = Settle(plan, calibration, derived, calibration.CalibrateBeside(classCounts, derived.Delta));
        var reservation = await ledger.ReserveAsync(
            request.Dataset, request.RunId, settled.Releases, cancellationToken);
        return reservation.Granted
            ? (WithWeights(settled, noisyCounts), null)
            : (null, new SettlementSummary(
                $"{BudgetRefusal.Describe(request, derived.Delta, reservation.Budget)} {BudgetRefusal.DescribeCost(cost, costAt)}", derived.Delta, cost));
    }

    private async Task<long[]> ReleaseClassCountsAsync(RunPlan plan, VoteGrid grid, PlannedRelease release, CancellationToken cancellationToken)
    {
        var released = await _release.ReleaseAsync(
            plan.Request.Dataset,
            plan.Request.RunId,
            release,
            async () => [await ClassCounting.CountAsync(privateStore, plan, grid, cancellationToken)],
            parts: 1,
            cancellationToken);
        return released[0];
    }

    private async Task<HashSet<ImageFingerprint>> ReadFingerprintsAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        var fingerprints = new HashSet<ImageFingerprint>();
        foreach (var shard in plan.PrivateShards)
        {
            var embedded = await privateStore.ReadEmbeddedAsync(plan.Request.RunId, shard.Number, cancellationToken);
            foreach (var fingerprint in embedded.Fingerprints())
            {
                fingerprints.Add(fingerprint);
            }
        }

        return fingerprints;
    }

    private static SettledRun Settle(RunPlan plan, RunCalibration calibration, DerivedDelta delta, IReadOnlyList<PlannedRelease> releases) => new()
    {
        Request = plan.Request,
        Recipe = new GenerationRecipe
        {
            RunId = plan.Request.RunId,
            Classes = plan.Classes,
            Generator = plan.Request.Generator,
            Embedder = plan.Request.Embedder,
            Shape = plan.Request.Image.ToShape(),
            Evolution = plan.Request.Evolution,
            EmbedsRelease = plan.Request.Scores.IsWanted,
            CandidatesPerShard = plan.Request.Generator.CandidatesPerShard,
            Seed = plan.Request.Seed,
        },
        ShardClasses = [.. plan.PrivateShards.Select(static shard => shard.ClassIndex)],
        Grid = calibration.Grid,
        Delta = delta.Delta,
        DeltaSource = delta.Source,
        Releases = releases,
    };

    private static SettledRun WithWeights(SettledRun settled, IReadOnlyList<long> weights) =>
        settled with { Recipe = settled.Recipe with { ClassWeights = weights } };

    private static SettlementSummary Summarise(SettledRun settled) => new(null, settled.Delta, Cost.EpsilonOf(settled, settled.ReleasesClassCounts ? [settled.Releases[0]] : []));
}

/// <summary>What the orchestrator gets to know of a settlement.</summary>
/// <param name="Refusal">One sentence if the run may not go on, else null.</param>
/// <param name="Delta">δ of the run; null where a refusal came before it was known.</param>
/// <param name="EpsilonSpent">ε of the class counts, if they were released.</param>
public sealed record SettlementSummary(string? Refusal, double? Delta, double EpsilonSpent);
