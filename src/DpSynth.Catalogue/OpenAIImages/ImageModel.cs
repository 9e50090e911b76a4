using System.Globalization;
using DpSynth.Imaging;

namespace DpSynth.Catalogue.OpenAIImages;

/// <summary>What an image model takes and costs: one row of the table <c>image-models.json</c>, or of a request.</summary>
public sealed record ImageModel
{
    private const int MaxEdgeAllowed = 8192;

    /// <summary>Sizes as <c>1024x1024</c>; may be empty where <see cref="FreeSizes"/> is given.</summary>
    public IReadOnlyList<string> Sizes { get; init; } = [];

    /// <summary>The rule for sizes of one's own; null where there are only the listed ones.</summary>
    public FreeSizes? FreeSizes { get; init; }

    /// <summary>Backgrounds that can be asked for.</summary>
    public IReadOnlyList<string> Backgrounds { get; init; } = [];

    /// <summary>File formats that can be asked for.</summary>
    public IReadOnlyList<string> Formats { get; init; } = [];

    /// <summary>Input fidelities that can be asked for in edits.</summary>
    public IReadOnlyList<string> InputFidelities { get; init; } = [];

    /// <summary>What an image costs; every quality has at least one size.</summary>
    public required IReadOnlyList<ImagePrice> Prices { get; init; }

    /// <summary>What the input image of an edit costs on top, in US dollars.</summary>
    public decimal EditInput { get; init; }

    /// <summary>Where the prices come from, and of what date: they are assumptions.</summary>
    public string? PriceSource { get; init; }

    /// <summary>The qualities that have a price.</summary>
    internal IEnumerable<string> Qualities => Prices.Select(static price => price.Quality).Distinct(StringComparer.Ordinal);

    /// <summary>
    /// The price of an image: that of its size if it is listed, else that of the smallest listed size with as many pixels, else that of the
    /// largest in proportion to the pixels. Null for an unknown quality.
    /// </summary>
    public decimal? Price(string size, string quality)
    {
        var prices = Prices.Where(price => price.Quality == quality).OrderBy(static price => Pixels(price.Size)).ToArray();
        if (prices.Length == 0)
        {
            return null;
        }

        var pixels = Pixels(size);
        return (prices.FirstOrDefault(price => price.Size == size) ?? prices.FirstOrDefault(price => Pixels(price.Size) >= pixels))?.Usd
            ?? prices[^1].Usd * pixels / Pixels(prices[^1].Size);
    }

    /// <summary>The smallest size of the proportions nearest to those of <paramref name="run"/>.</summary>
    public string SmallestSize(ImageShape run)
    {
        var wanted = Math.Log((double)run.Width / run.Height);
        if (FreeSizes is { } free)
        {
            return free.Smallest(wanted);
        }

        return Sizes.OrderBy(size => Math.Round(Math.Abs(LogRatio(size) - wanted), 3)).ThenBy(Pixels).First();
    }

    /// <summary>What is wrong with a size, as one sentence; null if nothing is.</summary>
    public string? DescribeSizeFault(string size)
    {
        if (Sizes.Contains(size, StringComparer.Ordinal))
        {
            return null;
        }

        if (FreeSizes is not { } free)
        {
            return $"'generator.options.size' must be one of {string.Join(", ", Sizes)}, not '{size}'.";
        }

        return TryParse(size) is var (width, height) && free.Allows(width, height)
            ? null
            : $"'generator.options.size' is '{size}'; it must be WIDTHxHEIGHT in multiples of {free.MultipleOf}, at most {free.LongestEdge} a side, "
                + $"{free.FewestPixels} to {free.MostPixels} pixels, and at most {free.Elongation}:1.";
    }

    /// <summary>What is wrong with the row, as one sentence; null if nothing is.</summary>
    public string? DescribeFault()
    {
        const string Row = "generator.options.modelRow";
        if (Sizes.Count == 0 && FreeSizes is null)
        {
            return $"'{Row}' needs 'sizes' or 'freeSizes'.";
        }

        if (Sizes.FirstOrDefault(static size => TryParse(size) is null) is { } unreadable)
        {
            return $"'{Row}.sizes' names '{unreadable}'; a size is WIDTHxHEIGHT, each 1 to {MaxEdgeAllowed}.";
        }

        if (FreeSizes is { } free && !(free.MultipleOf is >= 1 and <= 256 && free.FewestPixels >= 1 && free.FewestPixels <= free.MostPixels
            && free.LongestEdge is >= 1 and <= MaxEdgeAllowed && free.Elongation is >= 1 and <= 100))
        {
            return $"'{Row}.freeSizes' has a number out of range.";
        }

        if (Prices is not { Count: >= 1 })
        {
            return $"'{Row}.prices' must have an entry for every quality.";
        }

        return Prices.FirstOrDefault(
            static price => string.IsNullOrWhiteSpace(price.Quality) || TryParse(price.Size) is null || price.Usd is < 0 or > 1000) is { } price
            ? $"'{Row}.prices' has an entry of quality '{price.Quality}' and size '{price.Size}' that cannot be: a price is 0 to 1000 US dollars for "
                + "WIDTHxHEIGHT."
            : EditInput is >= 0 and <= 1000 ? null : $"'{Row}.editInput' must lie between 0 and 1000 US dollars.";
    }

    /// <summary>Width and height of a size that is known to be sound.</summary>
    public static (int Width, int Height) Parse(string size) =>
        TryParse(size) ?? throw new FormatException($"'{size}' is not WIDTHxHEIGHT.");

    private static (int Width, int Height)? TryParse(string size) =>
        size?.Split('x') is [var left, var right]
        && int.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out var width) && width is >= 1 and <= MaxEdgeAllowed
        && int.TryParse(right, NumberStyles.None, CultureInfo.InvariantCulture, out var height) && height is >= 1 and <= MaxEdgeAllowed
            ? (width, height)
            : null;

    private static long Pixels(string size) => Parse(size) is var (width, height) ? (long)width * height : 0;

    private static double LogRatio(string size) => Parse(size) is var (width, height) ? Math.Log((double)width / height) : 0;
}

/// <summary>The rule for sizes that are not listed.</summary>
/// <param name="MultipleOf">Both sides are multiples of it.</param>
/// <param name="LongestEdge">The longest side in pixels.</param>
/// <param name="Elongation">The longer side is at most so many times the shorter one.</param>
/// <param name="FewestPixels">The fewest pixels.</param>
/// <param name="MostPixels">The most pixels.</param>
public sealed record FreeSizes(int MultipleOf, int LongestEdge, double Elongation, long FewestPixels, long MostPixels)
{
    /// <summary>Whether a size obeys the rule.</summary>
    public bool Allows(int width, int height) =>
        width % MultipleOf == 0 && height % MultipleOf == 0 && Math.Max(width, height) <= LongestEdge
        && Math.Max(width, height) <= Elongation * Math.Min(width, height)
        && (long)width * height >= FewestPixels && (long)width * height <= MostPixels;

    /// <summary>The allowed size with the fewest pixels among those whose proportions differ least.</summary>
    /// <param name="logRatio">ln(width / height) wanted.</param>
    internal string Smallest(double logRatio)
    {
        var clamped = Math.Clamp(logRatio, -Math.Log(Elongation), Math.Log(Elongation));
        var best = (Error: double.MaxValue, Pixels: long.MaxValue, Width: 0, Height: 0);
        for (var width = MultipleOf; width <= LongestEdge; width += MultipleOf)
        {
            for (var height = MultipleOf; height <= LongestEdge; height += MultipleOf)
            {
                // Proportions within 2 % count as the same.
                var error = Math.Max(0, Math.Abs(Math.Log((double)width / height) - clamped) - 0.02);
                var candidate = (Error: error, Pixels: (long)width * height, Width: width, Height: height);
                if (Allows(width, height) && candidate.CompareTo(best) < 0)
                {
                    best = candidate;
                }
            }
        }

        return best.Width > 0 ? $"{best.Width}x{best.Height}" : throw new InvalidOperationException("The rule for sizes allows none.");
    }
}

/// <summary>What one image costs.</summary>
/// <param name="Quality">Its quality.</param>
/// <param name="Size">Its size as <c>1024x1024</c>.</param>
/// <param name="Usd">US dollars.</param>
public sealed record ImagePrice(string Quality, string Size, decimal Usd);
