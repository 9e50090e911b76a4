using System.Text.Json.Serialization;
using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Synthesis.Requests;

/// <summary>What a run guarantees: the request's wishes within the policy of its dataset. Fixed when the run is planned.</summary>
public sealed record Guarantee
{
    /// <summary>ε of the whole run in nats, above 0 and finite.</summary>
    public required double Epsilon { get; init; }

    /// <summary>δ of the whole run where the request gives one; null: derived from a number of units that is no secret.</summary>
    public double? Delta { get; init; }

    /// <summary>The largest δ that the policy allows the run; a derived δ is at most this.</summary>
    public required double LargestDelta { get; init; }

    /// <summary>Where owners come from: the unit of privacy is then the owner. Null: it is the image.</summary>
    public OwnerSource? Owners { get; init; }

    /// <summary>Which two datasets count as neighbours.</summary>
    public Adjacency Adjacency { get; init; }

    /// <summary>How the population is divided among the classes.</summary>
    public ClassCounts ClassCounts { get; init; }

    /// <summary>The share of the budget that noisy class counts take: of Σ 1/σ² over all measurements.</summary>
    public double ClassCountShare { get; init; } = 0.05;

    /// <summary>The number of units that the policy makes public; null: none.</summary>
    public int? PublicSize { get; init; }

    /// <summary>What becomes of a file that is no readable image.</summary>
    public UnreadableFiles Unreadable { get; init; }

    /// <summary>The policy that the run was planned under.</summary>
    public required PolicyReference Policy { get; init; }

    /// <summary>Whose presence is hidden.</summary>
    [JsonIgnore]
    public PrivacyUnit Unit => Owners is null ? PrivacyUnit.Image : PrivacyUnit.Owner;

    /// <summary>Whom the run's measurements protect, for the ledger.</summary>
    [JsonIgnore]
    public ProtectedUnit ProtectedUnit => new(Unit, Owners?.Description);

    /// <summary>Holds a request against the policy of its dataset. Reads nothing private.</summary>
    /// <param name="request">The request.</param>
    /// <param name="approved">The policy; null if the dataset has none.</param>
    /// <param name="submittedBy">Who sent the request; null where nobody is known.</param>
    /// <returns>The guarantee, or why the request is refused; one of the two is null.</returns>
    public static (Guarantee? Guarantee, Refusal? Refusal) Of(RunRequest request, ApprovedPolicy? approved, string? submittedBy)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (approved is null)
        {
            return (null, Refusal.NoPolicy);
        }

        if (FindRefusal(request, approved.Policy, submittedBy) is { } refusal)
        {
            return (null, refusal);
        }

        var (asked, policy) = (request.Privacy, approved.Policy);
        return (new Guarantee
        {
            Epsilon = request.Epsilon,
            Delta = request.Delta,
            LargestDelta = policy.LargestRun.Delta,
            Owners = policy.Owners,
            Adjacency = asked.Adjacency ?? policy.Adjacency,
            ClassCounts = asked.ClassCounts,
            ClassCountShare = asked.ClassCountShare,
            PublicSize = policy.PublicSize,
            Unreadable = policy.Unreadable,
            Policy = new PolicyReference(approved.EntryHash, approved.Time, approved.By),
        }, null);
    }

    private static Refusal? FindRefusal(RunRequest request, DatasetPolicy policy, string? submittedBy)
    {
        var asked = request.Privacy;
        return policy.Submitters is { } submitters && (submittedBy is null || !submitters.Contains(submittedBy)) ? Refusal.Submitter
            : request.Epsilon > policy.LargestRun.Epsilon ? Refusal.Epsilon
            : request.Delta > policy.LargestRun.Delta ? Refusal.Delta
            : asked.Unit is { } unit && unit != policy.Unit ? Refusal.Unit
            : asked.Owners is not null && asked.Owners != policy.Owners ? Refusal.Owners
            : asked.Adjacency == Adjacency.AddRemove && policy.Adjacency == Adjacency.ReplaceOne ? Refusal.Adjacency
            : asked.ClassCounts == ClassCounts.Public && !policy.PublicClassCounts ? Refusal.ClassCounts
            : asked.DatasetSize is { } size && size != policy.PublicSize ? Refusal.DatasetSize
            : request.ClassConditional && policy.Classes is null ? Refusal.Classes
            : request.Image.Corrupt is { } corrupt && corrupt != policy.Unreadable ? Refusal.Unreadable
            : request.Delta is null && policy.PublicSize is null && asked.ClassCounts == ClassCounts.Even ? Refusal.NoDelta
            : null;
    }
}

/// <summary>The policy entry of a ledger that a run was planned under.</summary>
/// <param name="EntryHash">SHA-256 of the entry, in hexadecimal.</param>
/// <param name="Time">When the policy was approved (UTC).</param>
/// <param name="ApprovedBy">Who approved it; null where nobody was known, as on the command line.</param>
public sealed record PolicyReference(string EntryHash, DateTimeOffset Time, string? ApprovedBy);
