using DpSynth.Synthesis.Sharing;

namespace DpSynth.Synthesis.Spending;

/// <summary>
/// What a run has cost at an image API, kept by all of its workers together. Money is in US dollars by the price table of the run's model;
/// what the provider bills is the provider's word.
/// </summary>
public sealed record ImageSpending
{
    /// <summary>No spending yet.</summary>
    public static ImageSpending None { get; } = new();

    /// <summary>Paid, or possibly paid: for images that came, and for answers that were lost on the way.</summary>
    public decimal Cost { get; init; }

    /// <summary>
    /// Set aside for requests under way. What stays here after the end of a run is the most that workers may have paid that died in the
    /// middle of a request.
    /// </summary>
    public decimal Held { get; init; }

    /// <summary>What the run may cost, from its request; null for no cap.</summary>
    public decimal? MaxCost { get; init; }

    /// <summary>Images that came and were paid for.</summary>
    public long Images { get; init; }

    /// <summary>Requests sent, those that failed included.</summary>
    public long Requests { get; init; }

    /// <summary>Prompts or images that the service refused for their content.</summary>
    public long Refusals { get; init; }

    /// <summary>Requests that may have been paid for although no image came of them: broken answers, time-outs.</summary>
    public long LostAnswers { get; init; }

    /// <summary>Input tokens as the service counted them.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens as the service counted them.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The record of a run.</summary>
    public static SharedRecordId RecordOf(string runId) => new(runId, "image-spending");

    /// <summary>Reads what a run has cost so far; null if it asked no image API.</summary>
    public static Task<ImageSpending?> ReadAsync(ISharedRecords records, string runId, CancellationToken cancellationToken) =>
        SharedRecord.ReadAsync<ImageSpending>(records, RecordOf(runId), cancellationToken);

    /// <summary>Sets a request's price aside; null if that would pass the cap.</summary>
    public ImageSpending? TryHold(decimal price) =>
        Cost + Held + price <= (MaxCost ?? decimal.MaxValue) ? this with { Held = Held + price } : null;

    /// <summary>Takes the price of a request that has ended out of what is set aside, and adds what became of it.</summary>
    /// <param name="price">What was set aside for it.</param>
    /// <param name="outcome">Counts and cost of this request alone.</param>
    public ImageSpending Settle(decimal price, ImageSpending outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return this with
        {
            Cost = Cost + outcome.Cost,
            Held = Held - price,
            Images = Images + outcome.Images,
            Requests = Requests + outcome.Requests,
            Refusals = Refusals + outcome.Refusals,
            LostAnswers = LostAnswers + outcome.LostAnswers,
            InputTokens = InputTokens + outcome.InputTokens,
            OutputTokens = OutputTokens + outcome.OutputTokens,
        };
    }
}
