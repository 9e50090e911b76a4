using System.Text.Json;
using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.Middleware;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost.Durable;

/// <summary>
/// An orchestrator function as the engine runs it: through the official shims, with checks of what the engine would leave hanging.
/// </summary>
internal sealed class FunctionOrchestration(
    string name,
    Func<TaskOrchestrationContext, Task<object?>> code,
    DurableTaskShimFactory shims,
    ILoggerFactory loggerFactory) : TaskOrchestration
{
    private readonly OrchestratorTurn _turn = new(name);
    private ParentOrchestrationInstance? _parent;
    private TaskOrchestration? _shim;
    private Task<string>? _execution;

    /// <summary>Lets the orchestrator take a turn within the engine's pipeline, and fails the instance if its code cannot go on.</summary>
    /// <param name="dispatch">What the engine is about to run, and then its result.</param>
    /// <param name="next">Runs it, on the calling thread.</param>
    /// <param name="wake">Has the instance of that id take another turn.</param>
    public static async Task TakeTurnAsync(DispatchMiddlewareContext dispatch, Func<Task> next, Action<string> wake)
    {
        var orchestration = (FunctionOrchestration)dispatch.GetProperty<TaskOrchestration>();
        var state = dispatch.GetProperty<OrchestrationRuntimeState>();
        var instanceId = state.OrchestrationInstance!.InstanceId;
        orchestration._parent = state.ParentInstance is { } parent
            ? new ParentOrchestrationInstance(parent.Name, parent.OrchestrationInstance.InstanceId)
            : null;
        orchestration._turn.OnIntruder = () => wake(instanceId);
        using (orchestration._turn.Open())
        {
            await next();
        }

        if (orchestration._execution is { } execution && !EndsIn(dispatch) && orchestration._turn.Fault(execution) is { } fault)
        {
            dispatch.SetProperty(new OrchestratorExecutionResult
            {
                Actions =
                [
                    new OrchestrationCompleteOrchestratorAction
                    {
                        Id = state.Events.Count,
                        OrchestrationStatus = OrchestrationStatus.Failed,
                        Result = fault.Message,
                        FailureDetails = new FailureDetails(fault),
                    },
                ],
                CustomStatus = dispatch.GetProperty<OrchestratorExecutionResult>().CustomStatus,
            });
        }
    }

    public override Task<string> Execute(OrchestrationContext context, string input)
    {
        _shim = shims.CreateOrchestration(name, new Orchestrator(code, _turn, loggerFactory), _parent);
        var engine = SynchronizationContext.Current!;
        SynchronizationContext.SetSynchronizationContext(_turn.Guard(engine));
        try
        {
            return _execution = _shim.Execute(context, input);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(engine);
        }
    }

    public override string? GetStatus() => _shim?.GetStatus();

    public override void RaiseEvent(OrchestrationContext context, string name, string input) => _shim?.RaiseEvent(context, name, input);

    private static bool EndsIn(DispatchMiddlewareContext dispatch) =>
        dispatch.GetProperty<OrchestratorExecutionResult>()?.Actions.Any(action => action is OrchestrationCompleteOrchestratorAction) ?? true;

    private sealed class Orchestrator(
        Func<TaskOrchestrationContext, Task<object?>> code, OrchestratorTurn turn, ILoggerFactory loggerFactory) : ITaskOrchestrator
    {
        // As JSON: which type the code wants is known when it asks.
        public Type InputType => typeof(JsonElement?);

        public Type OutputType => typeof(object);

        public Task<object?> RunAsync(TaskOrchestrationContext context, object? input)
        {
            try
            {
                return code(new TurnContext(context, (JsonElement?)input, turn, loggerFactory));
            }
            catch (Exception exception)
            {
                return Task.FromException<object?>(exception);
            }
        }
    }
}
