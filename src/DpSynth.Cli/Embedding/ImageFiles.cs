using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;

namespace DpSynth.Cli.Embedding;

/// <summary>The images of a folder and of its subfolders, in the order of their paths. Only the names are in memory.</summary>
internal sealed class ImageFiles
{
    // Other files may lie beside images: embeddings, for one.
    private static readonly HashSet<string> _extensions =
        new([".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".gif"], StringComparer.OrdinalIgnoreCase);

    private readonly string _folder;
    private readonly ImageDecoder _decoder = new(new DecodeLimits());

    private ImageFiles(string folder, IReadOnlyList<string> names)
    {
        _folder = folder;
        Names = names;
    }

    /// <summary>Paths below the folder, parts separated by <c>/</c>, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Lists a folder. Hidden files and folders are passed over, and files whose names are not those of images.</summary>
    /// <exception cref="CommandException">There is no such folder, or no image in it.</exception>
    public static ImageFiles Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new CommandException(ExitCode.NotFound, $"There is no folder '{folder}'.");
        }

        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        };
        var names = Directory.EnumerateFiles(folder, "*", options)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(name => _extensions.Contains(Path.GetExtension(name)) && !name.Split('/').Any(part => part.StartsWith('.')))
            .ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names.Length > 0
            ? new ImageFiles(folder, names)
            : throw new CommandException(ExitCode.NotFound, $"There are no images in '{folder}': no files named {string.Join(", ", _extensions)}.");
    }

    /// <summary>The size of the first image.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public async Task<ImageShape> FirstSizeAsync(CancellationToken cancellationToken) =>
        await UseAsync(0, file => _decoder.Measure(file), cancellationToken);

    /// <summary>Decodes some images on all cores.</summary>
    /// <exception cref="CommandException">One cannot be read; the message names it.</exception>
    public async Task<ImageBatch> DecodeAsync(int start, int count, ImageShape shape, ResizeMode resize, CancellationToken cancellationToken)
    {
        var images = new ImageBatch(shape, count);
        await Parallel.ForAsync(0, count, cancellationToken, async (i, token) => await UseAsync(
            start + i,
            file =>
            {
                _decoder.Decode(file, shape, resize, images[i]);
                return true;
            },
            token));
        return images;
    }

    private async Task<T> UseAsync<T>(int index, Func<byte[], T> use, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_folder, Names[index]);
        try
        {
            return use(await File.ReadAllBytesAsync(path, cancellationToken));
        }
        catch (ImageRejectedException fault)
        {
            throw new CommandException(ExitCode.Usage, $"'{path}' cannot be read: {fault.Message}");
        }
    }
}
