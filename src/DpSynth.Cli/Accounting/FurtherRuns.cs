using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Accounting;

/// <summary>How many more runs of a kind a dataset's cap admits.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Runs">How many; <see cref="Most"/> stands for that many or more.</param>
/// <param name="CapEpsilon">ε that all runs together may cost.</param>
/// <param name="CapDelta">δ at which every ε here is stated.</param>
/// <param name="CommittedEpsilon">ε of what is spent and held in reserve.</param>
/// <param name="EpsilonAfter">ε of all that and the further runs.</param>
internal sealed record FurtherRuns(
    string Dataset, int Runs, double CapEpsilon, double CapDelta, double CommittedEpsilon, double EpsilonAfter)
{
    /// <summary>Where counting ends.</summary>
    public const int Most = 1_000_000;

    /// <summary>Counts.</summary>
    /// <param name="budget">The dataset's budget.</param>
    /// <param name="run">The measurements of one run of the kind; at least one.</param>
    public static FurtherRuns Of(PrivacyBudget budget, IReadOnlyList<PrivacyEvent> run)
    {
        var committed = Committed(budget);
        var most = (int)Math.Min(Most, run.Min(measurement => (long)int.MaxValue / 2 / measurement.Count));
        double EpsilonWith(int runs)
        {
            var further = runs == 0 ? [] : run.Select(measurement => measurement with { Count = measurement.Count * runs });
            return PrivacyAccountant.Epsilon(Merge([.. committed, .. further]), budget.CapDelta).Epsilon;
        }

        var (fits, doesNot) = (0, 1);
        while (doesNot <= most && EpsilonWith(doesNot) <= budget.CapEpsilon)
        {
            (fits, doesNot) = (doesNot, (int)Math.Min(most + 1L, doesNot * 2L));
            if (fits == most)
            {
                break;
            }
        }

        while (doesNot - fits > 1)
        {
            var middle = fits + ((doesNot - fits) / 2);
            (fits, doesNot) = EpsilonWith(middle) <= budget.CapEpsilon ? (middle, doesNot) : (fits, middle);
        }

        return new FurtherRuns(
            budget.Dataset, fits, budget.CapEpsilon, budget.CapDelta, SignificantDigits.Up(EpsilonWith(0)), SignificantDigits.Up(EpsilonWith(fits)));
    }

    /// <summary>The measurements of the run that was planned last; empty if there is none.</summary>
    public static IReadOnlyList<PrivacyEvent> LatestKind(PrivacyBudget budget) =>
        Merge(budget.Runs.LastOrDefault(run => run.Measurements.Count > 0)?.Measurements.Select(measurement => measurement.Event) ?? []);

    /// <summary>What is spent or held in reserve by runs that are not over.</summary>
    private static IReadOnlyList<PrivacyEvent> Committed(PrivacyBudget budget) => Merge(budget.Runs.SelectMany(run => run.Measurements
        .Where(measurement => measurement.SpentAt is not null || !run.Closed)
        .Select(measurement => measurement.Event)));

    /// <summary>Like events in one, with their number.</summary>
    internal static IReadOnlyList<PrivacyEvent> Merge(IEnumerable<PrivacyEvent> events) =>
        [.. events.GroupBy(measurement => measurement with { Count = 1 }).Select(like => like.Key with { Count = like.Sum(measurement => measurement.Count) })];
}
