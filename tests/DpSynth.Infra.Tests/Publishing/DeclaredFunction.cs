using System.Reflection;
using DpSynth.Functions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace DpSynth.Infra.Tests.Publishing;

/// <summary>A function, where it is, and the type of its trigger as the Functions host calls it.</summary>
internal sealed record DeclaredFunction(string Name, string EntryPoint, string Trigger)
{
    /// <summary>The app's functions as the attributes in its code say, by name.</summary>
    public static IReadOnlyList<DeclaredFunction> OfTheApp()
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        DeclaredFunction[] functions =
        [
            .. from type in typeof(FunctionApp).Assembly.GetTypes()
               from method in type.GetMethods(all)
               let function = method.GetCustomAttribute<FunctionAttribute>()
               where function is not null
               orderby function.Name
               select new DeclaredFunction(function.Name, $"{type.FullName}.{method.Name}", TriggerOf(method)),
        ];
        Assert.True(functions.Length > 20);
        return [.. functions.OrderBy(function => function.Name, StringComparer.Ordinal)];
    }

    public static bool IsTrigger(string binding) => binding.EndsWith("Trigger", StringComparison.Ordinal);

    private static string TriggerOf(MethodInfo method)
    {
        var trigger = Assert.Single(method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributes<TriggerBindingAttribute>()));
        var name = trigger.GetType().Name[..^nameof(Attribute).Length];
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
