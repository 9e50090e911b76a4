using System.Globalization;
using DpSynth.Imaging;

namespace DpSynth.Cli.Embedding;

/// <summary>A size as it is typed: <c>32x32</c>, or <c>28x28x1</c> for grey.</summary>
internal static class ImageSize
{
    private const int Largest = 4096;

    /// <summary>Reads a size; of 3 channels unless it says 1.</summary>
    /// <exception cref="CommandException">It is no size.</exception>
    public static ImageShape Read(string option, string text)
    {
        var parts = text.Split('x', '×');
        var sides = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            sides[i] = int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out var side) ? side : 0;
        }

        return sides is [>= 1 and <= Largest, >= 1 and <= Largest] or [>= 1 and <= Largest, >= 1 and <= Largest, 1 or 3]
            ? new ImageShape(sides[0], sides[1], sides is [_, _, var channels] ? channels : 3)
            : throw new CommandException(
                ExitCode.Usage, $"{option} is '{text}'; it must be a width and a height up to {Largest}, such as 32x32, or 28x28x1 for grey.");
    }
}
