using System.Globalization;

namespace DpSynth.LocalHost;

/// <summary>
/// Log files that their owner alone reads and that nobody writes over: <c>host.log</c> becomes <c>host.1.log</c> when another one begins,
/// <c>host.1.log</c> becomes <c>host.2.log</c>, and so on; the ninth is the last.
/// </summary>
public static class RotatedLog
{
    private const int Kept = 9;

    /// <summary>Begins a log, and moves those of before out of its way.</summary>
    /// <param name="path">Where it lies, with its ending.</param>
    public static FileStream Begin(string path)
    {
        PrivateFile.CreateFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (File.Exists(path))
        {
            for (var number = Kept - 1; number > 0; number--)
            {
                if (File.Exists(Numbered(path, number)))
                {
                    Move(Numbered(path, number), Numbered(path, number + 1));
                }
            }

            Move(path, Numbered(path, 1));
        }

        return new FileStream(path, PrivateFile.Options(FileMode.Create, FileShare.ReadWrite | FileShare.Delete));
    }

    private static void Move(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        PrivateFile.Close(to);
    }

    private static string Numbered(string path, int number) =>
        Path.ChangeExtension(path, number.ToString(CultureInfo.InvariantCulture) + Path.GetExtension(path));
}
