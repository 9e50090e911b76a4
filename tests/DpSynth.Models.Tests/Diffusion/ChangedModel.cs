namespace DpSynth.Models.Tests.Diffusion;

/// <summary>A copy of the family that ships, of links to its files, in which single files are changed.</summary>
internal sealed class ChangedModel : IDisposable
{
    public ChangedModel()
    {
        Folder = Directory.CreateTempSubdirectory("dpsynth-model-").FullName;
        foreach (var part in (string[])["", "tokenizer", "text_encoder", "unet", "vae_encoder", "vae_decoder", "scheduler"])
        {
            Directory.CreateDirectory(Path.Combine(Folder, part));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Fixtures.ModelFolder, part)))
            {
                File.CreateSymbolicLink(Path.Combine(Folder, part, Path.GetFileName(file)), file);
            }
        }
    }

    public string Folder { get; }

    public void Remove(string file) => File.Delete(Path.Combine(Folder, file));

    public void Replace(string file, string from, string to)
    {
        var path = Path.Combine(Folder, file);
        var text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.Delete(path);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
    }

    public void Truncate(string file)
    {
        var path = Path.Combine(Folder, file);
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
