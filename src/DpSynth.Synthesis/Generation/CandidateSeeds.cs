using DpSynth.Numerics;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// The seeds of candidates: each follows from the run's seed and the candidate's address, never from how a generation is cut into
/// jobs.
/// </summary>
public static class CandidateSeeds
{
    private const ulong DrawStage = 1;
    private const ulong VaryStage = 2;
    private const ulong LookaheadStage = 3;

    /// <summary>Seeds of a shard's random draws.</summary>
    public static ulong[] Draw(GenerationRecipe recipe, GenerationJob job) => Make(recipe, job, DrawStage, 0);

    /// <summary>Seeds of a shard's variations; <paramref name="fold"/> tells initial rounds apart.</summary>
    public static ulong[] Vary(GenerationRecipe recipe, GenerationJob job, int fold) => Make(recipe, job, VaryStage, fold);

    /// <summary>Seed of one lookahead variation of the candidate at <paramref name="position"/> of its class.</summary>
    public static ulong Lookahead(GenerationRecipe recipe, GenerationJob job, int position, int variation)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(job);
        return SeededRandom.Derive(
            recipe.Seed, LookaheadStage, (ulong)job.Generation, (ulong)job.ClassIndex, (ulong)position, (ulong)variation);
    }

    private static ulong[] Make(GenerationRecipe recipe, GenerationJob job, ulong stage, int fold)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(job);
        var seeds = new ulong[job.Count];
        for (var i = 0; i < seeds.Length; i++)
        {
            seeds[i] = SeededRandom.Derive(
                recipe.Seed, stage, (ulong)job.Generation, (ulong)job.ClassIndex, (ulong)(job.Start + i), (ulong)fold);
        }

        return seeds;
    }
}
