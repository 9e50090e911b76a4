using System.Reflection;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace DpSynth.LocalHost.Functions;

/// <summary>A function of the app, as its attributes describe it.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Method">The code.</param>
/// <param name="Trigger">What starts it.</param>
/// <param name="TriggerParameter">The parameter that receives what started it.</param>
internal sealed record FunctionEntry(
    string Name, MethodInfo Method, TriggerBindingAttribute Trigger, ParameterInfo TriggerParameter)
{
    public string EntryPoint => $"{Method.DeclaringType!.FullName}.{Method.Name}";
}
