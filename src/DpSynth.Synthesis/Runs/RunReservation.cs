using DpSynth.Ledgers;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// Reserves the budget of a run once its images are embedded and found in order: ties the dataset to its lineage, calibrates the noise, reserves the
/// budget, measures noisy class counts where they are needed, divides the population. No budget, no run. Doing it twice finds the
/// first one's work.
/// </summary>
public sealed class RunReservation(
    IRunRecords records, ICandidateStore candidates, IPrivacyLedger ledger, NoisyMeasurement noisyMeasurement, IOwnerDetails details, Methods methods)
{
    /// <summary>Reserves the run's budget.</summary>
    public async Task<ReservationSummary> ReserveAsync(string runId, CancellationToken cancellationToken)
    {
        if (await records.ReadRecordAsync<ReservedRun>(runId, ReservedRun.RecordName, cancellationToken) is { } earlier)
        {
            return Summarise(earlier);
        }

        var plan = await records.ReadPlanAsync(runId, cancellationToken);
        if (await ledger.FollowLineageAsync(plan.Request.Dataset, await ReadFingerprintsAsync(plan, cancellationToken), cancellationToken) is { } fault)
        {
            await TellOwnerAsync(runId, Refusal.Lineage, fault, cancellationToken);
            return new ReservationSummary(Refusal.Lineage, null, 0);
        }

        var calibration = new RunCalibration(
            plan.Guarantee, methods.Of(plan.Request).Design(plan.Request, plan.Guarantee.Unit), plan.Classes.Count);
        var publicCounts = plan.Guarantee.ClassCounts == ClassCounts.Public
            ? await ClassCounting.CountAsync(records, plan, calibration.Grid, cancellationToken)
            : null;
        ReservedRun? reserved;
        ReservationSummary? refusal;
        try
        {
            (reserved, refusal) = await ReserveAsync(plan, calibration, publicCounts, cancellationToken);
        }
        catch (RequestException impossible)
        {
            return new ReservationSummary(impossible.Refusal, null, 0);
        }

        if (reserved is null)
        {
            return refusal!;
        }

        await candidates.WriteRecipeAsync(reserved.Recipe, cancellationToken);
        await records.TryCreateRecordAsync(runId, ReservedRun.RecordName, reserved, cancellationToken);
        return Summarise(reserved);
    }

    private async Task<(ReservedRun? Reserved, ReservationSummary? Refusal)> ReserveAsync(
        RunPlan plan, RunCalibration calibration, long[]? publicCounts, CancellationToken cancellationToken) =>
        DeltaDerivation.BeforeMeasurement(plan.Guarantee, publicCounts, calibration.Grid) is { } known
            ? await ReserveAtAsync(plan, calibration, known, publicCounts, cancellationToken)
            : await ReserveByNoisySizeAsync(plan, calibration, cancellationToken);

    /// <summary>δ is known beforehand: one calibration and one reservation for everything.</summary>
    private async Task<(ReservedRun? Reserved, ReservationSummary? Refusal)> ReserveAtAsync(
        RunPlan plan, RunCalibration calibration, DerivedDelta known, long[]? publicCounts, CancellationToken cancellationToken)
    {
        var reserved = Fix(plan, calibration, known, calibration.Calibrate(known.Delta));
        var reservation = await ledger.ReserveAsync(
            plan.Request.Dataset, plan.Request.RunId, plan.Guarantee.ProtectedUnit, reserved.Measurements, cancellationToken);
        if (!reservation.Granted)
        {
            await TellOwnerAsync(
                plan.Request.RunId, Refusal.Budget, BudgetRefusal.Describe(plan.Request, known.Delta, reservation.Budget), cancellationToken);
            return (null, new ReservationSummary(Refusal.Budget, null, 0));
        }

        var weights = reserved.MeasuresClassCounts
            ? await MeasureClassCountsAsync(plan, calibration.Grid, reserved.Measurements[0], cancellationToken)
            : publicCounts;
        return (WithWeights(reserved, weights ?? []), null);
    }

    /// <summary>
    /// δ comes from the noisy size: class counts are reserved and measured first, the iterations are calibrated beside them. A refusal
    /// after that has cost the class counts.
    /// </summary>
    private async Task<(ReservedRun? Reserved, ReservationSummary? Refusal)> ReserveByNoisySizeAsync(
        RunPlan plan, RunCalibration calibration, CancellationToken cancellationToken)
    {
        var request = plan.Request;
        var classCounts = calibration.CalibrateClassCounts();
        var unit = plan.Guarantee.ProtectedUnit;
        var first = await ledger.ReserveAsync(request.Dataset, request.RunId, unit, [classCounts], cancellationToken);
        if (!first.Granted)
        {
            await TellOwnerAsync(
                request.RunId, Refusal.Budget, BudgetRefusal.Describe(request, RunCalibration.ProvisionalDelta, first.Budget), cancellationToken);
            return (null, new ReservationSummary(Refusal.Budget, null, 0));
        }

        var noisyCounts = await MeasureClassCountsAsync(plan, calibration.Grid, classCounts, cancellationToken);
        var derived = DeltaDerivation.OfCounts(plan.Guarantee, noisyCounts, calibration.Grid, DeltaSource.NoisySize);
        var reserved = Fix(plan, calibration, derived, calibration.CalibrateBeside(classCounts, derived.Delta));
        var reservation = await ledger.ReserveAsync(
            request.Dataset, request.RunId, unit, reserved.Measurements, cancellationToken);
        if (reservation.Granted)
        {
            return (WithWeights(reserved, noisyCounts), null);
        }

        var cost = Cost.EpsilonOf([classCounts.Event], derived.Delta, plan.Guarantee.Adjacency);
        var detail = $"{BudgetRefusal.Describe(request, derived.Delta, reservation.Budget)} {BudgetRefusal.DescribeCost(cost, derived.Delta)}";
        await TellOwnerAsync(request.RunId, Refusal.Budget, detail, cancellationToken);
        return (null, new ReservationSummary(Refusal.Budget, derived.Delta, cost));
    }

    private Task TellOwnerAsync(string runId, Refusal refusal, string detail, CancellationToken cancellationToken) =>
        details.WriteDetailAsync(runId, new OwnerDetail(nameof(RunStage.Reserving), refusal.Code, detail), cancellationToken);

    private async Task<long[]> MeasureClassCountsAsync(RunPlan plan, VoteGrid grid, PlannedMeasurement measurement, CancellationToken cancellationToken)
    {
        var measured = await noisyMeasurement.MeasureAsync(
            plan.Request.Dataset,
            plan.Request.RunId,
            measurement,
            async () => [await ClassCounting.CountAsync(records, plan, grid, cancellationToken)],
            parts: 1,
            cancellationToken);
        return measured[0];
    }

    private async Task<HashSet<ImageFingerprint>> ReadFingerprintsAsync(RunPlan plan, CancellationToken cancellationToken)
    {
        var fingerprints = new HashSet<ImageFingerprint>();
        foreach (var shard in plan.PrivateShards)
        {
            var embedded = await records.ReadEmbeddedAsync(plan.Request.RunId, shard.Number, cancellationToken);
            foreach (var fingerprint in embedded.Fingerprints())
            {
                fingerprints.Add(fingerprint);
            }
        }

        return fingerprints;
    }

    private ReservedRun Fix(RunPlan plan, RunCalibration calibration, DerivedDelta delta, IReadOnlyList<PlannedMeasurement> measurements) => new()
    {
        Request = plan.Request,
        Guarantee = plan.Guarantee,
        Lanes = plan.Lanes,
        Recipe = new GenerationRecipe
        {
            RunId = plan.Request.RunId,
            Classes = plan.Classes,
            Generator = plan.Request.Generator,
            Embedder = plan.Request.Embedder,
            Shape = plan.Request.Image.ToShape(),
            Steps = methods.Of(plan.Request).Steps(plan.Request),
            CandidatesPerShard = plan.Request.Generator.CandidatesPerShard,
            Seed = plan.Request.Seed,
        },
        ShardClasses = [.. plan.PrivateShards.Select(static shard => shard.ClassIndex)],
        Grid = calibration.Grid,
        Delta = delta.Delta,
        DeltaSource = delta.Source,
        Measurements = measurements,
    };

    private static ReservedRun WithWeights(ReservedRun reserved, IReadOnlyList<long> weights) =>
        reserved with { Recipe = reserved.Recipe with { ClassWeights = weights } };

    private static ReservationSummary Summarise(ReservedRun reserved) =>
        new(null, reserved.Delta, Cost.EpsilonOf(reserved, reserved.MeasuresClassCounts ? [reserved.Measurements[0]] : []));
}

/// <summary>What the orchestrator gets to know of a reservation.</summary>
/// <param name="Refusal">Why the run may not go on; null if it may.</param>
/// <param name="Delta">δ of the run; null where a refusal came before it was known.</param>
/// <param name="EpsilonSpent">ε of the class counts, if they were measured.</param>
public sealed record ReservationSummary(Refusal? Refusal, double? Delta, double EpsilonSpent);
