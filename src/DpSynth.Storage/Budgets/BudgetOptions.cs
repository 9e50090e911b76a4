namespace DpSynth.Storage.Budgets;

/// <summary>The budget of datasets whose owner has set none; configuration section <c>Budget</c>.</summary>
public sealed class BudgetOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Budget";

    /// <summary>What <see cref="IsValid"/> asks.</summary>
    public const string Rule = "Budget:DefaultEpsilon must be a number above 0 and Budget:DefaultDelta inside (0, 1).";

    /// <summary>ε that all runs on a dataset may cost together.</summary>
    /// <value>10.</value>
    public double DefaultEpsilon { get; set; } = 10;

    /// <summary>δ at which that ε is stated.</summary>
    /// <value>1e-5.</value>
    public double DefaultDelta { get; set; } = 1e-5;

    /// <summary>Whether both are in their ranges.</summary>
    public bool IsValid => double.IsFinite(DefaultEpsilon) && DefaultEpsilon > 0 && DefaultDelta is > 0 and < 1;
}
