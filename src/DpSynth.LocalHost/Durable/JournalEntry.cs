using System.Text.Json.Serialization;
using Microsoft.DurableTask;

namespace DpSynth.LocalHost.Durable;

/// <summary>
/// One line of an execution's journal. A <see cref="Happening"/> came from outside and moves the orchestrator on; a
/// <see cref="Call"/> is something that the orchestrator asked for. Replaying the happenings in their order yields the calls again.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "entry")]
[JsonDerivedType(typeof(ExecutionStarted), "executionStarted")]
[JsonDerivedType(typeof(CallCompleted), "callCompleted")]
[JsonDerivedType(typeof(CallFailed), "callFailed")]
[JsonDerivedType(typeof(EventRaised), "eventRaised")]
[JsonDerivedType(typeof(ActivityCall), "activity")]
[JsonDerivedType(typeof(SubOrchestrationCall), "subOrchestration")]
[JsonDerivedType(typeof(TimerCall), "timer")]
[JsonDerivedType(typeof(SendEventCall), "sendEvent")]
[JsonDerivedType(typeof(TornLineAbove), "tornLineAbove")]
internal abstract record JournalEntry;

/// <summary>Something that reached the orchestration.</summary>
/// <param name="At">When (UTC); the orchestrator's clock shows this while it deals with it.</param>
internal abstract record Happening(DateTime At) : JournalEntry;

/// <summary>The execution began; always the first entry.</summary>
internal sealed record ExecutionStarted(DateTime At, string? Input) : Happening(At);

/// <summary>A call ended well: an activity or sub-orchestration with its serialized result, a timer, or an event that was delivered.</summary>
internal sealed record CallCompleted(DateTime At, int Number, string? Result) : Happening(At);

/// <summary>An activity or sub-orchestration failed.</summary>
internal sealed record CallFailed(DateTime At, int Number, TaskFailureDetails Failure) : Happening(At);

/// <summary>An external event arrived.</summary>
internal sealed record EventRaised(DateTime At, string Name, string? Payload) : Happening(At);

/// <summary>Something that the orchestrator asked for.</summary>
/// <param name="Number">Its place among the execution's calls, from 1.</param>
internal abstract record Call(int Number) : JournalEntry
{
    /// <summary>The call as an error message names it.</summary>
    public abstract string Describe();
}

internal sealed record ActivityCall(int Number, string Name, string? Input) : Call(Number)
{
    public override string Describe() => $"activity '{Name}'";
}

internal sealed record SubOrchestrationCall(int Number, string Name, string? Input, string InstanceId) : Call(Number)
{
    public override string Describe() => $"sub-orchestration '{Name}'";
}

internal sealed record TimerCall(int Number, DateTime FireAt) : Call(Number)
{
    public override string Describe() => $"timer until {FireAt:O}";
}

internal sealed record SendEventCall(int Number, string InstanceId, string Name, string? Payload) : Call(Number)
{
    public override string Describe() => $"event '{Name}' to instance '{InstanceId}'";
}

/// <summary>The line before this one was cut off by a crash and counts for nothing.</summary>
internal sealed record TornLineAbove : JournalEntry;
