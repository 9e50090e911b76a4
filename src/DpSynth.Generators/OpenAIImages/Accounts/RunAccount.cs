using System.Globalization;
using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Sharing;
using DpSynth.Synthesis.Spending;

namespace DpSynth.Generators.OpenAIImages.Accounts;

/// <summary>
/// A run's money, shared by all of its workers: the price of every request is set aside before it is sent, and becomes cost, or free again,
/// when it has ended. So the cap holds whatever breaks.
/// </summary>
internal sealed class RunAccount(ISharedRecords records, string runId, OpenAIImagesOptions options)
{
    private readonly SharedRecord<ImageSpending> _spending = new(records, ImageSpending.RecordOf(runId), ImageSpending.None with { MaxCost = options.MaxCost });

    /// <summary>Sets a request's price aside.</summary>
    /// <exception cref="GenerationException">The cap does not allow it, or the run was refused too often.</exception>
    public async Task HoldAsync(decimal price)
    {
        var fault = await _spending.UpdateAsync(spending => spending.Refusals >= options.MaxRefusals
            ? (spending, $"The image API refused the content of {spending.Refusals} requests, as many as 'generator.options.maxRefusals' allows: "
                + "change the prompts.")
            : spending.TryHold(price) is { } held
                ? (held, null)
                : (spending, Describe(spending, price)));
        if (fault is not null)
        {
            throw new GenerationException(fault);
        }
    }

    /// <summary>Books a request that has ended; <paramref name="outcome"/> counts it alone.</summary>
    public Task SettleAsync(decimal price, ImageSpending outcome) => _spending.UpdateAsync(spending => (spending.Settle(price, outcome), true));

    private static string Describe(ImageSpending spending, decimal price) => string.Create(
        CultureInfo.InvariantCulture,
        $"The next image at {price:0.00##} US dollars would pass the cap of {spending.MaxCost:0.00##}: {spending.Cost:0.00##} are spent on "
            + $"{spending.Images} images and {spending.Held:0.00##} are set aside for requests under way. Raise 'generator.options.maxCost' in a new request.");
}
