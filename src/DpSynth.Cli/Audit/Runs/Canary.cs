using System.Globalization;
using System.Security.Cryptography;
using DpSynth.Imaging;

namespace DpSynth.Cli.Audit.Runs;

/// <summary>An image made up for an audit: a random texture of coarse cells, which a fair coin puts into the dataset or not.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="ClassName">The class it is put into; null in a dataset without.</param>
/// <param name="Pixels">Its pixels, of the run's shape.</param>
/// <param name="Included">Whether the coin put it into the dataset: what the audit tries to guess.</param>
internal sealed record Canary(string Name, string? ClassName, byte[] Pixels, bool Included)
{
    /// <summary>Cells along a side: coarse enough to survive an embedder's blur.</summary>
    private const int Cells = 4;

    /// <summary>Makes canaries, class after class in turn. Textures and coins come from the secure generator.</summary>
    public static IReadOnlyList<Canary> Make(int count, IReadOnlyList<string?> classes, ImageShape shape) =>
    [
        .. Enumerable.Range(0, count).Select(i => new Canary(
            string.Create(CultureInfo.InvariantCulture, $"canary-{i:D6}.png"),
            classes[i % classes.Count],
            Texture(shape),
            RandomNumberGenerator.GetInt32(2) == 1)),
    ];

    private static byte[] Texture(ImageShape shape)
    {
        var cells = RandomNumberGenerator.GetBytes(Cells * Cells * shape.Channels);
        var pixels = new byte[shape.ByteCount];
        for (var y = 0; y < shape.Height; y++)
        {
            for (var x = 0; x < shape.Width; x++)
            {
                var cell = (y * Cells / shape.Height * Cells) + (x * Cells / shape.Width);
                for (var channel = 0; channel < shape.Channels; channel++)
                {
                    pixels[(((y * shape.Width) + x) * shape.Channels) + channel] = cells[(cell * shape.Channels) + channel];
                }
            }
        }

        return pixels;
    }
}
