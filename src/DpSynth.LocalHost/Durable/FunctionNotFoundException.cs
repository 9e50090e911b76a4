namespace DpSynth.LocalHost.Durable;

/// <summary>An orchestration asked for a function that the app does not have; trying again would not help.</summary>
public sealed class FunctionNotFoundException(string kind, string name)
    : InvalidOperationException($"The app has no {kind} named '{name}'.");
