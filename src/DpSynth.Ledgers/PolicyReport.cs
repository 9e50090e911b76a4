using System.Text.Json.Serialization;
using DpSynth.Privacy.Statements;

namespace DpSynth.Ledgers;

/// <summary>A dataset's policy as the command line and the API show it.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Unit">Whom the guarantee protects.</param>
/// <param name="Policy">The policy.</param>
/// <param name="Cap">What all runs together may cost.</param>
/// <param name="ApprovedAt">When it was approved (UTC).</param>
/// <param name="ApprovedBy">Who approved it; null where nobody was known, as on the command line.</param>
/// <param name="Reason">Why, in the owner's words.</param>
/// <param name="Entry">SHA-256 of the ledger's entry that holds it, in hexadecimal.</param>
/// <param name="Meaning">The policy in one sentence.</param>
public sealed record PolicyReport(
    string Dataset,
    PrivacyUnit Unit,
    DatasetPolicy Policy,
    LedgerCap Cap,
    DateTimeOffset ApprovedAt,
    string? ApprovedBy,
    string? Reason,
    string Entry,
    string Meaning)
{
    /// <summary>The report of a budget; null if its dataset has no policy.</summary>
    public static PolicyReport? Of(PrivacyBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        if (budget.Policy is not { } approved)
        {
            return null;
        }

        var cap = new LedgerCap(budget.CapEpsilon, budget.CapDelta);
        return new PolicyReport(
            budget.Dataset, approved.Policy.Unit, approved.Policy, cap, approved.Time, approved.By, approved.Reason, approved.EntryHash,
            approved.Policy.Describe(cap));
    }
}

/// <summary>What the owner of a dataset asks a ledger to approve.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Cap">What all runs together may cost.</param>
/// <param name="Reason">Why; 1 to 500 characters.</param>
/// <param name="Confirm">Whether the owner confirms that the cap is raised.</param>
public sealed record PolicyChange(
    [property: JsonRequired] DatasetPolicy Policy, [property: JsonRequired] LedgerCap Cap, [property: JsonRequired] string Reason, bool Confirm = false)
{
    /// <summary>Most characters of a reason.</summary>
    public const int MaxReason = 500;

    /// <summary>What is wrong with the change, as one sentence; null if nothing is.</summary>
    /// <param name="current">The dataset's budget as it stands.</param>
    public string? FindFault(PrivacyBudget current)
    {
        ArgumentNullException.ThrowIfNull(current);
        return !Cap.IsValid ? "The cap's ε must be a number above 0, and its δ inside (0, 1)."
            : Policy.FindFault() is { } fault ? fault
            : Policy.LargestRun.Epsilon > Cap.Epsilon ? "The largest run's ε must not be larger than the cap's."
            : FindReasonFault(Reason) ?? FindRaiseFault(current, Cap, Confirm);
    }

    /// <summary>What is wrong with a reason; null if nothing is.</summary>
    public static string? FindReasonFault(string? reason) => string.IsNullOrWhiteSpace(reason) || reason.Length > MaxReason
        ? $"A reason of 1 to {MaxReason} characters is needed; the ledger records it."
        : null;

    /// <summary>Says that a cap which is raised has to be confirmed; null where it is not raised, or is confirmed.</summary>
    public static string? FindRaiseFault(PrivacyBudget current, LedgerCap cap, bool isConfirmed)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(cap);
        var isRaised = current.CapEpsilon > 0 && (cap.Epsilon > current.CapEpsilon || cap.Delta > current.CapDelta);
        return isRaised && !isConfirmed
            ? "This raises what may be learnt of everybody in the dataset, for ever: confirm that it is meant."
            : null;
    }
}
