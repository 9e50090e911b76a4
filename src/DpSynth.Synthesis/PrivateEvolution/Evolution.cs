using System.Numerics.Tensors;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>
/// Private Evolution (arXiv 2305.15560, algorithm 1): generation 0 is drawn at random (line 2); then, T times, private images vote for the
/// candidates nearest to them (lines 5 and 6), noise makes the votes private, parents are drawn from the noisy votes (lines 7 to 9), and
/// varied (line 10). What stands here is pure; storage, workers, noise and time are the steps' business.
/// </summary>
public static class Evolution
{
    /// <summary>Tells this stage's seeds from the generators'.</summary>
    private const ulong SelectionStage = 4;

    /// <summary>Runs all of it, at once.</summary>
    /// <param name="steps">Does the steps.</param>
    /// <param name="iterations">T.</param>
    public static async Task RunAsync(IEvolutionSteps steps, int iterations)
    {
        for ((EvolutionStep Step, int Generation)? at = (EvolutionStep.Make, 0); at is var (step, generation); at = After(step, generation, iterations))
        {
            if (!await TakeAsync(steps, step, generation))
            {
                throw new InvalidOperationException($"The step '{step}' of generation {generation} was left unfinished.");
            }
        }
    }

    /// <summary>The table of transitions: what comes after a step that is through; null after the last.</summary>
    /// <param name="step">The step.</param>
    /// <param name="generation">The generation at hand, 0 to T.</param>
    /// <param name="iterations">T.</param>
    public static (EvolutionStep Step, int Generation)? After(EvolutionStep step, int generation, int iterations) => step switch
    {
        EvolutionStep.Make when generation == iterations => null,
        EvolutionStep.Make => (EvolutionStep.Vote, generation),
        EvolutionStep.Vote => (EvolutionStep.Measure, generation),
        EvolutionStep.Measure => (EvolutionStep.Select, generation),
        EvolutionStep.Select => (EvolutionStep.Make, generation + 1),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "There is no such step."),
    };

    /// <summary>Takes a step. Whoever runs Private Evolution, at once or over days and many processes, goes through this and <see cref="After"/>.</summary>
    /// <param name="steps">Does the steps; each can be done again.</param>
    /// <param name="step">The step.</param>
    /// <param name="generation">The generation at hand, 0 to T.</param>
    /// <returns>Whether it is through; if not, it is to be taken up again where it was left.</returns>
    public static async Task<bool> TakeAsync(IEvolutionSteps steps, EvolutionStep step, int generation)
    {
        ArgumentNullException.ThrowIfNull(steps);
        switch (step)
        {
            case EvolutionStep.Make:
                return await steps.MakeAsync(generation);
            case EvolutionStep.Vote:
                return await steps.VoteAsync(generation + 1);
            case EvolutionStep.Measure:
                await steps.MeasureAsync(generation + 1);
                return true;
            case EvolutionStep.Select:
                await steps.SelectAsync(generation + 1);
                return true;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step, "There is no such step.");
        }
    }

    /// <summary>The votes of a generation where the unit is the image: those of all private shards, added up class by class.</summary>
    /// <param name="generation">What was voted on.</param>
    /// <param name="shards">For each private shard its class and its votes in grid units, one number a candidate of the class.</param>
    public static async Task<long[][]> TallyAsync(Generation generation, IAsyncEnumerable<(int ClassIndex, long[] Votes)> shards)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(shards);
        long[][] histograms = [.. generation.Counts.Select(static count => new long[count])];
        await foreach (var (classIndex, votes) in shards)
        {
            HistogramMechanism.Check(votes);
            TensorPrimitives.Add(histograms[classIndex], votes, histograms[classIndex]);
        }

        return histograms;
    }

    /// <summary>The votes of a generation where the unit is the owner: each owner's images speak together, over all classes.</summary>
    /// <param name="generation">What was voted on.</param>
    /// <param name="shards">For each private shard its class, the owner of each image, and the candidates nearest to each.</param>
    /// <param name="grid">The grid that votes are counted on.</param>
    public static async Task<long[][]> TallyAsync(
        Generation generation, IAsyncEnumerable<(int ClassIndex, OwnerId[] Owners, NeighbourTable Neighbours)> shards, VoteGrid grid)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(shards);
        var tally = new OwnerTally(generation.Counts.Sum());
        await foreach (var (classIndex, owners, neighbours) in shards)
        {
            tally.Add(owners, neighbours, generation.Population.StartOf(classIndex), generation.Counts[classIndex]);
        }

        var votes = tally.Votes(grid);
        return [.. generation.Counts.Select((count, classIndex) => votes.AsSpan(generation.Population.StartOf(classIndex), count).ToArray())];
    }

    /// <summary>Draws the parents of a generation's successor from its noisy histograms, all classes at once. Reads nothing private.</summary>
    /// <param name="generation">What was voted on.</param>
    /// <param name="noisy">Its measured histograms, class by class.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static SelectedParents[] Select(Generation generation, IReadOnlyList<ClassHistogram> noisy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(noisy);
        var next = generation.Next;
        return ParentSelector.Select(
            noisy,
            [.. noisy.Select((_, classIndex) => next.ParentsOf(classIndex))],
            generation.Evolution,
            SeededRandom.Derive(generation.Seed, SelectionStage, (ulong)next.Number),
            cancellationToken);
    }

    /// <summary>
    /// What the next generation is made of: each class's children are the parents' variations, fold after fold, followed by the parents
    /// themselves if they are kept.
    /// </summary>
    /// <param name="generation">What was voted on.</param>
    /// <param name="parents">The parents, class by class: places in the histograms.</param>
    public static ParentList Breed(Generation generation, IReadOnlyList<SelectedParents> parents)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(parents);
        var next = generation.Next;
        return new ParentList(
            [.. parents.Select((selected, classIndex) => Children(generation.Population.CandidatesOf(classIndex), selected.Indices, next, classIndex))]);
    }

    private static ClassParents Children(CandidateReference[] candidates, IReadOnlyList<int> parents, Generation next, int classIndex)
    {
        var children = new CandidateReference[next.Counts[classIndex]];
        var kept = next.Evolution.KeepSelected ? Math.Min(parents.Count, children.Length) : 0;
        var varied = children.Length - kept;
        for (var i = 0; i < children.Length; i++)
        {
            children[i] = candidates[i < varied ? parents[i % parents.Count] : parents[i - varied]];
        }

        return new ClassParents(children, varied);
    }
}

/// <summary>What is done with a generation.</summary>
public enum EvolutionStep
{
    /// <summary>It is drawn, or varied from its parents, and embedded.</summary>
    Make,

    /// <summary>The private images vote on it.</summary>
    Vote,

    /// <summary>The votes are measured with noise.</summary>
    Measure,

    /// <summary>The parents of the next are selected.</summary>
    Select,
}

/// <summary>
/// What it takes to run one generation. Iterations are 1 to T: iteration t votes on generation t − 1 and selects the parents of generation t.
/// </summary>
public interface IEvolutionSteps
{
    /// <summary>Has a generation drawn, or varied from its parents, and embedded.</summary>
    /// <returns>Whether all of it is there.</returns>
    Task<bool> MakeAsync(int generation);

    /// <summary>Lets every private shard vote.</summary>
    /// <returns>Whether all have.</returns>
    Task<bool> VoteAsync(int iteration);

    /// <summary>Adds the noise, once, and measures the histograms.</summary>
    Task MeasureAsync(int iteration);

    /// <summary>Selects the parents of the next generation from what was measured.</summary>
    Task SelectAsync(int iteration);
}
