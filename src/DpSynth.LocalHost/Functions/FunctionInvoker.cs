using System.Collections.Concurrent;
using System.ComponentModel;
using System.Reflection;
using DpSynth.LocalHost.Durable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.LocalHost.Functions;

/// <summary>Calls functions: one service scope and, for instance methods, one object for each invocation.</summary>
internal sealed class FunctionInvoker(FunctionCatalog catalog, IServiceProvider services, TimeSpan? timeout = null) : ITaskFunctions
{
    private readonly ConcurrentDictionary<Type, ObjectFactory> _factories = new();

    public Func<TaskOrchestrationContext, Task<object?>>? FindOrchestrator(string name) =>
        catalog.FindOrchestrator(name) is { } function ? context => RunOrchestratorAsync(function, context) : null;

    public bool HasActivity(string name) => catalog.FindActivity(name) is not null;

    public async Task<string?> RunActivityAsync(string name, string? input, string instanceId, CancellationToken cancellationToken)
    {
        var function = catalog.FindActivity(name) ?? throw new FunctionNotFoundException("activity", name);
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["instanceId"] = instanceId };
        var result = await InvokeAsync(
            function,
            type => WorkerDataConverter.Instance.Deserialize(input, type),
            data,
            cancellationToken);
        return WorkerDataConverter.Instance.Serialize(result);
    }

    /// <summary>Invokes a function and awaits its result; null if it returns none.</summary>
    /// <param name="function">The function.</param>
    /// <param name="trigger">Makes the trigger's value in the parameter's type.</param>
    /// <param name="bindingData">Values that bind to further parameters by name.</param>
    /// <param name="cancellationToken">Cancelled when the host stops or the caller has gone.</param>
    /// <exception cref="TimeoutException">The function was cancelled because it took longer than it may.</exception>
    public async Task<object?> InvokeAsync(
        FunctionEntry function,
        Func<Type, object?> trigger,
        IReadOnlyDictionary<string, object?> bindingData,
        CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout ?? Timeout.InfiniteTimeSpan);
        var context = new LocalFunctionContext(function, scope.ServiceProvider, bindingData, limit.Token);
        try
        {
            return await CallAsync(function, trigger, context);
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The function '{function.Name}' took longer than the functionTimeout of host.json, {timeout}.", exception);
        }
    }

    // Nothing here leaves the orchestrator's thread. A turn that ends in a wait leaves its scope to the garbage collector.
    private async Task<object?> RunOrchestratorAsync(FunctionEntry function, TaskOrchestrationContext context)
    {
        using var scope = services.CreateScope();
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["instanceId"] = context.InstanceId };
        var functionContext = new LocalFunctionContext(function, scope.ServiceProvider, data, CancellationToken.None);
        return await CallAsync(function, _ => context, functionContext, type => GetInput(context, type));
    }

    private static object? GetInput(TaskOrchestrationContext context, Type type) =>
        typeof(TaskOrchestrationContext).GetMethod(nameof(TaskOrchestrationContext.GetInput))!
            .MakeGenericMethod(type)
            .Invoke(context, BindingFlags.DoNotWrapExceptions, null, null, null);

    private static object? Convert(object? value, Type type) => value switch
    {
        null => null,
        _ when type.IsInstanceOfType(value) => value,
        string text => TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text),
        _ => throw new InvalidOperationException($"A {value.GetType()} cannot be bound to a {type}."),
    };

    private static async Task<object?> UnwrapAsync(object? returned)
    {
        switch (returned)
        {
            case Task task:
                await task;
                var type = task.GetType();
                while (type is { IsGenericType: false } || (type is not null && type.GetGenericTypeDefinition() != typeof(Task<>)))
                {
                    type = type.BaseType;
                }

                var result = type?.GetProperty(nameof(Task<object>.Result))!.GetValue(task);
                return result?.GetType().FullName == "System.Threading.Tasks.VoidTaskResult" ? null : result;
            case ValueTask plain:
                await plain;
                return null;
            case not null when returned.GetType() is { IsGenericType: true } generic
                && generic.GetGenericTypeDefinition() == typeof(ValueTask<>):
                return await UnwrapAsync(generic.GetMethod(nameof(ValueTask<object>.AsTask))!.Invoke(returned, null));
            default:
                return returned;
        }
    }

    private async Task<object?> CallAsync(
        FunctionEntry function, Func<Type, object?> trigger, FunctionContext context, Func<Type, object?>? input = null)
    {
        var arguments = Array.ConvertAll(function.Method.GetParameters(), parameter => Bind(parameter));
        var target = function.Method.IsStatic ? null : Create(function.Method.DeclaringType!, context.InstanceServices);
        try
        {
            return await UnwrapAsync(
                function.Method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null));
        }
        finally
        {
            await DisposeAsync(target);
        }

        object? Bind(ParameterInfo parameter)
        {
            var type = parameter.ParameterType;
            // By place: hosts that start at the same time in one process may be given different objects for one parameter.
            if (parameter.Position == function.TriggerParameter.Position)
            {
                return trigger(type);
            }

            if (type == typeof(FunctionContext))
            {
                return context;
            }

            if (type == typeof(CancellationToken))
            {
                return context.CancellationToken;
            }

            if (parameter.IsDefined(typeof(DurableClientAttribute)))
            {
                return context.InstanceServices.GetRequiredService<DurableTaskClient>();
            }

            if (context.BindingContext.BindingData.TryGetValue(parameter.Name!, out var value))
            {
                return Convert(value, type);
            }

            return input is not null ? input(type)
                : parameter.HasDefaultValue ? parameter.DefaultValue
                : throw new InvalidOperationException(
                    $"Parameter '{parameter.Name}' of the function '{function.Name}' is bound to nothing.");
        }
    }

    private object Create(Type type, IServiceProvider scope) =>
        _factories.GetOrAdd(type, t => ActivatorUtilities.CreateFactory(t, Type.EmptyTypes))(scope, null);

    private static ValueTask DisposeAsync(object? target)
    {
        switch (target)
        {
            case IAsyncDisposable disposable:
                return disposable.DisposeAsync();
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }

        return ValueTask.CompletedTask;
    }
}
