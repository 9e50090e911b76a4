using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>One generation of a run of Private Evolution: its candidates, and how it follows from the one before.</summary>
/// <param name="run">The run.</param>
/// <param name="number">0 to T.</param>
public sealed class Generation(ReservedRun run, int number)
{
    /// <summary>The options of the run's request.</summary>
    public EvolutionOptions Evolution { get; } = run.Request.Evolution;

    /// <summary>Its candidates: the coordinates of a histogram stand for those of a class, in their order.</summary>
    public Population Population { get; } = new(run.Recipe, number);

    /// <summary>Candidates of each class.</summary>
    public IReadOnlyList<int> Counts => Population.Counts;

    /// <summary>0 to T.</summary>
    public int Number => number;

    /// <summary>Seed of everything drawn on the public side.</summary>
    public ulong Seed => run.Recipe.Seed;

    /// <summary>The one that is made from it.</summary>
    public Generation Next => new(run, number + 1);

    /// <summary>How many parents one class of it needs: each has <c>nextVariationFolds</c> children, and one more where it is kept itself.</summary>
    public int ParentsOf(int classIndex)
    {
        var children = Evolution.NextVariationFolds + (Evolution.KeepSelected ? 1 : 0);
        return (Counts[classIndex] + children - 1) / children;
    }

    /// <summary>What workers make of the generations of a run.</summary>
    public static IEnumerable<GenerationStep> Steps(EvolutionOptions evolution, bool embedsPublished)
    {
        ArgumentNullException.ThrowIfNull(evolution);
        var degrees = evolution.VariationDegrees;
        for (var generation = 0; generation <= evolution.Iterations; generation++)
        {
            yield return new GenerationStep
            {
                Candidates = evolution.PopulationSizes[generation],
                MinPerClass = evolution.MinPerClass(generation),
                Folds = generation == 0 ? evolution.InitialVariationFolds : 0,
                Degree = degrees[generation],
                Lookahead = generation < evolution.Iterations ? new Lookahead(evolution.Lookahead, degrees[generation + 1])
                    : embedsPublished ? new Lookahead(0, degrees[generation])
                    : null,
            };
        }
    }
}

/// <summary>Generations of runs.</summary>
public static class Generations
{
    /// <summary>One generation of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="number">0 to T.</param>
    public static Generation Generation(this ReservedRun run, int number) => new(run, number);
}
