using DpSynth.Evaluation.Releases;
using DpSynth.Functions.Telemetry;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.Runs;

/// <summary>
/// The activities that runs of all methods have. Each can be called again at any time: the second call finds the first one's work. What they
/// take and give stays in histories: references, numbers and short sentences.
/// </summary>
public sealed class RunActivities(
    RunPlanner planner,
    PrivateEmbedding embedding,
    PrivateImageCheck imageCheck,
    WorkerReadiness readiness,
    RunReservation reservation,
    GenerationDispatcher dispatcher,
    ReleaseScoring scoring,
    RunPublication publication,
    RunClosure closure,
    ActivityGuard guard,
    FunctionInstruments instruments)
{
    /// <summary>Checks the request against the dataset's policy and its budget.</summary>
    [Function(nameof(PlanRun))]
    public Task<PlanSummary> PlanRun([ActivityTrigger] RunInput input, CancellationToken cancellationToken) =>
        guard.DoAsync(input.RunId, () => planner.PlanAsync(input.RunId, cancellationToken), cancellationToken);

    /// <summary>Decodes and embeds the images of one lane, or as many as one call may.</summary>
    [Function(nameof(EmbedLane))]
    public Task<LaneProgress> EmbedLane([ActivityTrigger] LaneInput input, CancellationToken cancellationToken) => guard.DoAsync(
        input.RunId, async () => new LaneProgress(await embedding.EmbedLaneAsync(input.RunId, input.Lane, cancellationToken)), cancellationToken);

    /// <summary>Looks for what forbids the run to go on.</summary>
    [Function(nameof(CheckPrivateImages))]
    public Task<PrivateImagesVerdict> CheckPrivateImages([ActivityTrigger] RunInput input, CancellationToken cancellationToken) =>
        guard.DoAsync(
            input.RunId, async () => new PrivateImagesVerdict(await imageCheck.FindRefusalAsync(input.RunId, cancellationToken)), cancellationToken);

    /// <summary>Asks workers whether they can serve the run.</summary>
    [Function(nameof(AskWorker))]
    public Task<WorkerVerdict> AskWorker([ActivityTrigger] RunInput input, CancellationToken cancellationToken) =>
        guard.DoAsync(input.RunId, async () => new WorkerVerdict(await readiness.AskAsync(input.RunId, cancellationToken)), cancellationToken);

    /// <summary>Looks whether a worker has said that it can.</summary>
    [Function(nameof(HasWorkerAnswered))]
    public Task<WorkerVerdict> HasWorkerAnswered([ActivityTrigger] RunInput input, CancellationToken cancellationToken) =>
        guard.DoAsync(input.RunId, async () => new WorkerVerdict(await readiness.IsConfirmedAsync(input.RunId, cancellationToken)), cancellationToken);

    /// <summary>Computes the noise, reserves the budget, measures noisy class counts.</summary>
    [Function(nameof(ReserveBudget))]
    public Task<ReservationSummary> ReserveBudget([ActivityTrigger] RunInput input, CancellationToken cancellationToken) =>
        guard.DoAsync(input.RunId, () => reservation.ReserveAsync(input.RunId, cancellationToken), cancellationToken);

    /// <summary>Queues the jobs of a generation for the workers.</summary>
    [Function(nameof(DispatchGeneration))]
    public Task<GenerationShards> DispatchGeneration([ActivityTrigger] GenerationInput input, CancellationToken cancellationToken) =>
        guard.DoAsync(input.RunId, () => dispatcher.DispatchAsync(input.RunId, input.Generation, cancellationToken), cancellationToken);

    /// <summary>Looks in the candidate store how much of a generation is ready.</summary>
    [Function(nameof(CountStoredShards))]
    public Task<GenerationShards> CountStoredShards([ActivityTrigger] GenerationInput input, CancellationToken cancellationToken) =>
        guard.DoAsync(input.RunId, () => dispatcher.CountAsync(input.RunId, input.Generation, cancellationToken), cancellationToken);

    /// <summary>Computes the scores that the request asks for, if any.</summary>
    [Function(nameof(ScoreRelease))]
    public Task ScoreRelease([ActivityTrigger] RunInput input, CancellationToken cancellationToken) =>
        guard.DoAsync(input.RunId, () => scoring.ScoreAsync(input.RunId, cancellationToken), cancellationToken);

    /// <summary>Writes the release.</summary>
    [Function(nameof(PublishRun))]
    public Task<PublishedRun> PublishRun([ActivityTrigger] RunInput input, CancellationToken cancellationToken) => guard.DoAsync(
        input.RunId,
        async () =>
        {
            var published = await publication.PublishAsync(input.RunId, cancellationToken);
            instruments.Released();
            return published;
        },
        cancellationToken);

    /// <summary>Ends the run: frees what was not spent, tells the workers.</summary>
    [Function(nameof(CloseRun))]
    public Task<ClosedRun> CloseRun([ActivityTrigger] RunInput input, CancellationToken cancellationToken) =>
        guard.DoAsync(input.RunId, () => closure.CloseAsync(input.RunId, cancellationToken), cancellationToken);
}

/// <summary>Whether the private images allow the run.</summary>
/// <param name="Refusal">Why not; null if they do.</param>
public sealed record PrivateImagesVerdict(Refusal? Refusal);

/// <summary>Whether a worker can serve the run.</summary>
/// <param name="CanServe">True once one has said so.</param>
public sealed record WorkerVerdict(bool CanServe);
