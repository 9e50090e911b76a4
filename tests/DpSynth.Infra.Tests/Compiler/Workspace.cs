namespace DpSynth.Infra.Tests.Compiler;

/// <summary>A copy of <c>infra</c> that may be changed; gone when disposed.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dpsynth-infra-");

    public Workspace()
    {
        foreach (var file in Repository.InfraFiles())
        {
            var copy = File(Path.GetRelativePath(Repository.Infra, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            System.IO.File.Copy(file, copy);
        }
    }

    /// <summary>Every template in it, in the compiler's notation.</summary>
    public string Templates => File("**/*.bicep");

    public string File(string path) => Path.Combine(_directory.FullName, path);

    public void Dispose() => _directory.Delete(recursive: true);
}
