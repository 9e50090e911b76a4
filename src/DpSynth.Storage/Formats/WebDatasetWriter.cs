using System.Formats.Tar;
using System.Globalization;
using System.Text;

namespace DpSynth.Storage.Formats;

/// <summary>
/// Writes a WebDataset shard: a ustar archive in which the files of one sample share their name up to the extension,
/// <c>000000.png</c>, <c>000000.cls</c>. The same samples give the same bytes: times, owners and modes are constant.
/// </summary>
public sealed class WebDatasetWriter : IDisposable
{
    private readonly TarWriter _tar;
    private int _samples;

    /// <summary>Begins a shard.</summary>
    /// <param name="stream">Receives the archive; stays open.</param>
    public WebDatasetWriter(Stream stream) => _tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);

    /// <summary>The file name of a sample: six digits and the extension.</summary>
    public static string FileName(int sample, string extension) =>
        string.Create(CultureInfo.InvariantCulture, $"{sample:D6}.{extension}");

    /// <summary>Adds one image with the index of its class.</summary>
    public void Add(byte[] png, int classIndex)
    {
        Write("png", png);
        Write("cls", Encoding.ASCII.GetBytes(classIndex.ToString(CultureInfo.InvariantCulture)));
        _samples++;
    }

    /// <summary>Ends the archive.</summary>
    public void Dispose() => _tar.Dispose();

    private void Write(string extension, byte[] content)
    {
        using var data = new MemoryStream(content, writable: false);
        _tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, FileName(_samples, extension))
        {
            ModificationTime = DateTimeOffset.UnixEpoch,
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            DataStream = data,
        });
    }
}
