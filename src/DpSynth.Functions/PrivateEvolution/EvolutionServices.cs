using DpSynth.Functions.Runs;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>Registers Private Evolution.</summary>
internal static class EvolutionServices
{
    /// <summary>Registers the method, its orchestration, and what its activities work with.</summary>
    public static void AddPrivateEvolution(this IServiceCollection services)
    {
        services.AddSingleton<IMethod, PrivateEvolutionMethod>();
        services.AddSingleton<IMethodOrchestration, PrivateEvolutionOrchestrator>();
        services.AddSingleton<CandidateEmbeddings>();
        services.AddSingleton<VoteCounting>();
        services.AddSingleton<HistogramMeasurement>();
        services.AddSingleton<ParentSelection>();
    }
}
