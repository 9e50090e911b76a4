namespace DpSynth.Synthesis.Budgets;

/// <summary>A dataset's budget: its total and every run's share.</summary>
public sealed record DatasetBudget
{
    /// <summary>The dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>ε that all runs together may cost at <see cref="TotalDelta"/>.</summary>
    public required double TotalEpsilon { get; init; }

    /// <summary>δ at which the total is stated.</summary>
    public required double TotalDelta { get; init; }

    /// <summary>The runs, in order of their reservation.</summary>
    public IReadOnlyList<RunSpending> Runs { get; init; } = [];
}

/// <summary>One run's share of a dataset's budget.</summary>
public sealed record RunSpending
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>μ² reserved when the run was planned.</summary>
    public required double ReservedMuSquared { get; init; }

    /// <summary>Whether the run is over; what it did not spend is then free again.</summary>
    public bool Closed { get; init; }

    /// <summary>The releases, each once.</summary>
    public IReadOnlyList<ReleaseSpending> Releases { get; init; } = [];

    /// <summary>μ² of the releases made.</summary>
    public double SpentMuSquared => Releases.Sum(release => release.MuSquared);
}

/// <summary>One noisy release.</summary>
/// <param name="Iteration">The iteration, 1 to T.</param>
/// <param name="MuSquared">1/σ² of the release.</param>
/// <param name="At">When it was recorded (UTC).</param>
public sealed record ReleaseSpending(int Iteration, double MuSquared, DateTimeOffset At);

/// <summary>The ledger's answer to a reservation.</summary>
/// <param name="Granted">Whether the run may start.</param>
/// <param name="RemainingEpsilon">If refused, the largest ε (at the dataset's δ) that a single further run could still cost.</param>
/// <param name="Budget">The budget after the call.</param>
public sealed record BudgetReservation(bool Granted, double RemainingEpsilon, DatasetBudget Budget);
