using System.Security.Cryptography;
using System.Text;
using DpSynth.Synthesis.Models;

namespace DpSynth.Synthesis.Tests.Models;

public sealed class ModelIndexTests : IDisposable
{
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("dpsynth-index-");

    public void Dispose() => _scratch.Delete(recursive: true);

    [Fact]
    public void Fingerprint_is_the_hash_of_sorted_lines()
    {
        ModelFile b = new("b/c.txt", 3, Sha("abc")), a = new("a", 0, Sha(""));
        Assert.Equal(Sha($"a\t0\t{Sha("")}\nb/c.txt\t3\t{Sha("abc")}\n"), ModelIndex.Of([b, a]).Fingerprint);
        Assert.Equal(ModelIndex.Of([b, a]).Fingerprint, ModelIndex.Of([a, b]).Fingerprint);
        Assert.Null(ModelIndex.Of([b, a]).DescribeFault());
    }

    [Fact]
    public async Task Folder_is_indexed_with_everything_that_is_not_hidden()
    {
        Write("unet/model.onnx", "abc");
        Write("z", "");
        Write(".cache/x", "hidden");
        Write("unet/.lock", "hidden");
        var index = await new FileHashes().IndexAsync(_scratch.FullName, default);
        Assert.Equal(ModelIndex.Of([new ModelFile("unet/model.onnx", 3, Sha("abc")), new ModelFile("z", 0, Sha(""))]).Fingerprint, index.Fingerprint);
    }

    [Fact]
    public async Task Any_change_to_any_file_changes_the_fingerprint()
    {
        Write("a", "abc");
        Write("b", "abc");
        var hashes = new FileHashes();
        var seen = new HashSet<string>(StringComparer.Ordinal) { await FingerprintAsync() };
        Write("a", "abd");
        Assert.True(seen.Add(await FingerprintAsync()));
        Write("a", "abcd");
        Assert.True(seen.Add(await FingerprintAsync()));
        File.Move(Path.Combine(_scratch.FullName, "b"), Path.Combine(_scratch.FullName, "c"));
        Assert.True(seen.Add(await FingerprintAsync()));
        Write("d", "");
        Assert.True(seen.Add(await FingerprintAsync()));

        // The same object all along: what it keeps of a file does not outlive the file's change.
        async Task<string> FingerprintAsync() => (await hashes.IndexAsync(_scratch.FullName, default)).Fingerprint;
    }

    [Fact]
    public async Task Directory_opens_only_the_model_that_was_pinned()
    {
        Write("tiny/model.onnx", "abc");
        var models = new LocalModels(_scratch.FullName);
        var index = (await models.FindAsync("tiny", default))!;
        Assert.Equal(Path.Combine(_scratch.FullName, "tiny"), (await models.OpenAsync("tiny", index.Fingerprint, default)).Folder);
        Write("tiny/model.onnx", "abd");
        var refusal = await Assert.ThrowsAsync<ModelUnavailableException>(() => models.OpenAsync("tiny", index.Fingerprint, default));
        Assert.Contains($"pinned the model 'tiny' as {index.Fingerprint[..12]}…", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(
            "which holds tiny",
            (await Assert.ThrowsAsync<ModelUnavailableException>(() => models.OpenAsync("large", null, default))).Message,
            StringComparison.Ordinal);
    }

    private static string Sha(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private void Write(string path, string text)
    {
        var file = Path.Combine(_scratch.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);

        // Times as coarse as some file systems have them must not hide a change of the same length.
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddSeconds(++_clock));
    }

    private int _clock;
}
