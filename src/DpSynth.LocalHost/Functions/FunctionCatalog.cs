using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Configuration;

namespace DpSynth.LocalHost.Functions;

/// <summary>The functions of an assembly, read off their attributes.</summary>
internal sealed class FunctionCatalog
{
    private readonly Dictionary<string, FunctionEntry> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, FunctionEntry> _activities = new(StringComparer.OrdinalIgnoreCase);

    private FunctionCatalog(IReadOnlyList<FunctionEntry> functions)
    {
        Functions = functions;
        foreach (var function in functions)
        {
            switch (function.Trigger)
            {
                case OrchestrationTriggerAttribute orchestration:
                    _orchestrators.Add(orchestration.Orchestration ?? function.Name, function);
                    break;
                case ActivityTriggerAttribute activity:
                    _activities.Add(activity.Activity ?? function.Name, function);
                    break;
            }
        }
    }

    /// <summary>All functions.</summary>
    public IReadOnlyList<FunctionEntry> Functions { get; }

    /// <summary>Reads an assembly's functions.</summary>
    /// <exception cref="InvalidOperationException">Two functions have one name, or one has no trigger or one this host does not know.</exception>
    public static FunctionCatalog Read(IEnumerable<Type> types)
    {
        const BindingFlags all =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var functions = types.SelectMany(type => type.GetMethods(all))
            .Where(method => method.IsDefined(typeof(FunctionAttribute)))
            .Select(Describe)
            .ToArray();
        foreach (var twins in functions.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            throw new InvalidOperationException(
                $"Two functions are named '{twins.Key}': {string.Join(" and ", twins.Select(f => f.EntryPoint))}.");
        }

        return new FunctionCatalog(functions);
    }

    /// <summary>The functions that no setting <c>AzureWebJobs.NAME.Disabled</c> turns off; the others are as if they did not exist.</summary>
    public FunctionCatalog Enabled(IConfiguration settings)
    {
        return new([.. Functions.Where(function => !IsTrue(settings[$"AzureWebJobs.{function.Name}.Disabled"]))]);

        static bool IsTrue(string? setting) => setting == "1" || (bool.TryParse(setting, out var value) && value);
    }

    /// <summary>The functions started by triggers of one kind.</summary>
    public IEnumerable<(FunctionEntry Function, TTrigger Trigger)> TriggeredBy<TTrigger>()
        where TTrigger : TriggerBindingAttribute =>
        Functions.Where(f => f.Trigger is TTrigger).Select(f => (f, (TTrigger)f.Trigger));

    public FunctionEntry? FindOrchestrator(string name) => _orchestrators.GetValueOrDefault(name);

    public FunctionEntry? FindActivity(string name) => _activities.GetValueOrDefault(name);

    private static FunctionEntry Describe(MethodInfo method)
    {
        var name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
        var triggers = method.GetParameters()
            .Select(parameter => (Parameter: parameter, Trigger: parameter.GetCustomAttribute<TriggerBindingAttribute>()))
            .Where(pair => pair.Trigger is not null)
            .ToArray();
        if (triggers is not [var (parameter, trigger)])
        {
            throw new InvalidOperationException($"The function '{name}' has {triggers.Length} triggers; it needs exactly one.");
        }

        if (trigger is not (QueueTriggerAttribute or HttpTriggerAttribute or TimerTriggerAttribute
                or OrchestrationTriggerAttribute or ActivityTriggerAttribute)
            || method.IsDefined(typeof(OutputBindingAttribute)))
        {
            throw new InvalidOperationException(
                $"The function '{name}' uses a binding that the local host does not know: it knows HTTP, queue, timer, "
                + "orchestration and activity triggers and the durable client, and no output bindings.");
        }

        return new FunctionEntry(name, method, trigger, parameter);
    }
}
