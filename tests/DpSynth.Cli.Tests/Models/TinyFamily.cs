namespace DpSynth.Cli.Tests.Models;

/// <summary>A copy of the model family that ships, in which single files are changed.</summary>
internal static class TinyFamily
{
    private static readonly string[] _parts =
        ["", "tokenizer", "text_encoder", "unet", "vae_encoder", "vae_decoder", "scheduler", "image_encoder", "feature_extractor"];

    /// <summary>The folder that ships.</summary>
    public static string Folder(CommandRunner commands) => Path.Combine(commands.Surroundings.Home, "models", "tiny-sd");

    /// <summary>Makes a copy of links below the test's folder.</summary>
    public static string Copy(CommandRunner commands)
    {
        var copy = Path.Combine(commands.Folder.FullName, "model");
        foreach (var part in _parts)
        {
            Directory.CreateDirectory(Path.Combine(copy, part));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder(commands), part)))
            {
                File.CreateSymbolicLink(Path.Combine(copy, part, Path.GetFileName(file)), file);
            }
        }

        return copy;
    }

    /// <summary>Puts other bytes in the place of a file's.</summary>
    public static void Change(string copy, string file, Func<byte[], byte[]> change)
    {
        var path = Path.Combine(copy, file);
        var bytes = change(File.ReadAllBytes(path));
        File.Delete(path);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Replaces text in a file.</summary>
    public static void Replace(string copy, string file, string from, string to) => Change(copy, file, bytes =>
    {
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        Assert.Contains(from, text, StringComparison.Ordinal);
        return System.Text.Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
    });
}
