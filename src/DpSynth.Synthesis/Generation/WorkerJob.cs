using System.Text.Json.Serialization;

namespace DpSynth.Synthesis.Generation;

/// <summary>One message on <c>generation-jobs</c>. It holds references and small numbers only; what they refer to lies in the candidate store.</summary>
/// <param name="RunId">The run.</param>
[JsonConverter(typeof(OfWorkers<WorkerJob, GenerationJob, CheckJob>))]
public abstract record WorkerJob(string RunId)
{
    /// <summary>
    /// How often a worker that was told to stop has put the job back. The queue counts those as tries, the workers do not.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Returns { get; init; }

    /// <summary>Candidates that it makes.</summary>
    [JsonIgnore]
    public virtual int Candidates => 0;

    /// <summary>Whether its numbers can be.</summary>
    [JsonIgnore]
    public virtual bool IsSound => Returns >= 0;

    /// <summary>The answer to it.</summary>
    /// <param name="error">Null if it was done; else one sentence.</param>
    public abstract WorkerAnswer Answer(string? error);

    /// <summary>The job in words, to begin a sentence with.</summary>
    public abstract string Describe();
}

/// <summary>Make one shard of a generation.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Generation">The generation to make, 0 to T. Generation 0 is drawn at random, later ones vary their parents.</param>
/// <param name="Shard">The shard's number in its generation.</param>
/// <param name="ClassIndex">The class's place in the recipe's list of classes.</param>
/// <param name="Start">Position of the shard's first candidate within its class and generation.</param>
/// <param name="Count">Number of candidates in the shard.</param>
public sealed record GenerationJob(string RunId, int Generation, int Shard, int ClassIndex, int Start, int Count) : WorkerJob(RunId)
{
    /// <summary>The shard this job makes.</summary>
    [JsonIgnore]
    public CandidateShardId ShardId => new(RunId, Generation, Shard);

    /// <inheritdoc/>
    [JsonIgnore]
    public override int Candidates => Count;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsSound => base.IsSound && this is { Generation: >= 0, Shard: >= 0, ClassIndex: >= 0, Start: >= 0, Count: >= 1 };

    /// <inheritdoc/>
    public override WorkerAnswer Answer(string? error) => new GenerationResult(RunId, Generation, Shard, error);

    /// <inheritdoc/>
    public override string Describe() => $"Shard {Shard} of generation {Generation}";
}

/// <summary>A run's first job: say whether you can serve it (<see cref="WorkerCheck"/>).</summary>
/// <param name="RunId">The run.</param>
public sealed record CheckJob(string RunId) : WorkerJob(RunId)
{
    /// <inheritdoc/>
    public override WorkerAnswer Answer(string? error) => new CheckResult(RunId, error);

    /// <inheritdoc/>
    public override string Describe() => "The check";
}

/// <summary>One message on <c>generation-results</c>: a job is done, or cannot be.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Error">Null if it was done; else one sentence for the run's status. Never holds anything private: workers see nothing private.</param>
[JsonConverter(typeof(OfWorkers<WorkerAnswer, GenerationResult, CheckResult>))]
public abstract record WorkerAnswer(string RunId, string? Error);

/// <summary>A shard is in the candidate store, or could not be made.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Generation">The generation.</param>
/// <param name="Shard">The shard's number in its generation.</param>
/// <param name="Error">See <see cref="WorkerAnswer"/>.</param>
public sealed record GenerationResult(string RunId, int Generation, int Shard, string? Error) : WorkerAnswer(RunId, Error);

/// <summary>A worker can serve the run, or says why it cannot.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Error">See <see cref="WorkerAnswer"/>.</param>
public sealed record CheckResult(string RunId, string? Error) : WorkerAnswer(RunId, Error);
