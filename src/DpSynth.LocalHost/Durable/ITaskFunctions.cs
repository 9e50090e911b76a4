using Microsoft.DurableTask;

namespace DpSynth.LocalHost.Durable;

/// <summary>The app's orchestrators and activities by name; names ignore case.</summary>
internal interface ITaskFunctions
{
    /// <summary>An orchestrator's code; null if there is none of that name.</summary>
    Func<TaskOrchestrationContext, Task<object?>>? FindOrchestrator(string name);

    /// <summary>Whether there is an activity of that name.</summary>
    bool HasActivity(string name);

    /// <summary>Runs an activity and returns its serialized result.</summary>
    /// <exception cref="FunctionNotFoundException">There is none of that name.</exception>
    Task<string?> RunActivityAsync(string name, string? input, string instanceId, CancellationToken cancellationToken);
}
