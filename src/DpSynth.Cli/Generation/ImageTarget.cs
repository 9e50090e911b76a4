using System.Globalization;
using DpSynth.Imaging;
using DpSynth.Imaging.Png;

namespace DpSynth.Cli.Generation;

/// <summary>The files that generated images become: the seed's number, <c>.png</c>.</summary>
internal sealed class ImageTarget
{
    private readonly string _folder;

    /// <summary>Looks the folder over before any work is done.</summary>
    /// <exception cref="CommandException">There are images of these seeds, and they must not be replaced; or there are not so many seeds.</exception>
    public ImageTarget(string folder, ulong seed, int count, bool replace)
    {
        _folder = Path.GetFullPath(folder);
        if (ulong.MaxValue - seed < (ulong)count - 1)
        {
            throw new CommandException(ExitCode.Usage, $"--seed is {seed}; {count} seeds from there on go beyond 2⁶⁴.");
        }

        if (File.Exists(_folder))
        {
            throw new CommandException(ExitCode.Usage, $"--out is '{folder}', which is a file; it must be a folder.");
        }

        Images = [.. Enumerable.Range(0, count).Select(i => new SeededImage(seed + (ulong)i, PathOf(seed + (ulong)i)))];
        if (!replace && Images.FirstOrDefault(image => File.Exists(image.File)) is { } present)
        {
            throw new CommandException(ExitCode.Usage, $"There is '{present.File}' already: choose another --out or --seed, or write over it with --replace.");
        }
    }

    /// <summary>The images there will be.</summary>
    public IReadOnlyList<SeededImage> Images { get; }

    /// <summary>Writes some of them.</summary>
    public void Write(int first, ImageBatch images)
    {
        Directory.CreateDirectory(_folder);
        for (var i = 0; i < images.Count; i++)
        {
            File.WriteAllBytes(Images[first + i].File, PngEncoder.Encode(images[i], images.Shape));
        }
    }

    private string PathOf(ulong seed) => Path.Combine(_folder, seed.ToString(CultureInfo.InvariantCulture) + ".png");
}

/// <summary>An image and what it was made from.</summary>
internal sealed record SeededImage(ulong Seed, string File);
