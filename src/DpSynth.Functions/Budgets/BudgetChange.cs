using System.Text.Json;
using System.Text.Json.Serialization;
using DpSynth.Ledgers;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Functions.Budgets;

/// <summary>What a dataset may cost from now on.</summary>
/// <param name="Epsilon">ε that all runs together may cost, above 0.</param>
/// <param name="Delta">δ at which that ε is stated, inside (0, 1); null: as it is.</param>
/// <param name="Reason">Why, in the owner's words, for the ledger; 1 to 500 characters.</param>
/// <param name="Confirm">Whether the owner confirms that the cap is raised.</param>
public sealed record BudgetChange(double Epsilon, string Reason, double? Delta = null, bool Confirm = false)
{
    /// <summary>Longest body in bytes.</summary>
    public const int MaximumLength = 4096;

    private static readonly JsonSerializerOptions _json = new(SynthesisJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads and checks a change.</summary>
    /// <exception cref="RequestException">It is not one; the message says in one sentence why.</exception>
    public static BudgetChange Read(string json)
    {
        BudgetChange change;
        try
        {
            change = JsonSerializer.Deserialize<BudgetChange>(json, _json) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new RequestException(
                "The body must be a JSON object with the number 'epsilon', the text 'reason' and, if wanted, the number 'delta' and 'confirm', and "
                    + "nothing else.");
        }

        if (!new LedgerCap(change.Epsilon, 0.5).IsValid)
        {
            throw new RequestException($"'epsilon' is {change.Epsilon}; it must be above 0.");
        }

        if (change.Delta is not (null or (> 0 and < 1)))
        {
            throw new RequestException($"'delta' is {change.Delta}; it must lie strictly between 0 and 1.");
        }

        return PolicyChange.FindReasonFault(change.Reason) is { } fault ? throw new RequestException(fault) : change;
    }
}
