using DpSynth.Cli.Connections;
using DpSynth.Cli.Datasets.Sources;
using DpSynth.Cli.Demo.Archives;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Terminals;
using DpSynth.Evaluation.Classification;
using DpSynth.Imaging.Decoding;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Cli.Demo.Mnist;

/// <summary>
/// Scores a release of the demo: a classifier trained on synthetic images only, tested on MNIST's real test images. Allowed because
/// MNIST is public; against private data such a score would leak.
/// </summary>
internal sealed class MnistScoring(ICandidateStore candidates, Surroundings surroundings, Terminal terminal)
{
    private const int RandomGeneration = 0;

    /// <summary>Scores the release and, with the same classifier, the random population that the run began with.</summary>
    public async Task<MnistScores> ScoreAsync(DownloadedRelease release, CancellationToken cancellationToken)
    {
        using var stage = terminal.Begin("Scoring", "classifiers", 2);
        var testFile = MnistDemo.DataFile(surroundings, "t10k-images-idx3-ubyte");
        var (images, labels) = IdxImages.Read(testFile, IdxImages.LabelsPathFor(testFile));
        var test = new LabelledImages(images, labels);
        var decoder = new ImageDecoder(new DecodeLimits());

        var random = new LabelledTar(decoder, images.Shape);
        await random.AddGenerationAsync(candidates, release.RunId, RandomGeneration, cancellationToken);
        var randomAccuracy = await AccuracyAsync(random, test, cancellationToken);
        stage.Report(1);

        var synthetic = new LabelledTar(decoder, images.Shape);
        await synthetic.AddReleaseAsync(release, cancellationToken);
        var accuracy = await AccuracyAsync(synthetic, test, cancellationToken);
        stage.Complete();
        return new MnistScores(synthetic.Count, accuracy, random.Count, randomAccuracy, test.Images.Count);
    }

    private static Task<double> AccuracyAsync(LabelledTar training, LabelledImages test, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var classifier = DownstreamClassifier.Train(training.Decode(cancellationToken), cancellationToken);
            return test.Accuracy(classifier.Predict(test.Images, cancellationToken));
        },
        cancellationToken);
}

/// <summary>How good the demo's release is.</summary>
/// <param name="SyntheticImages">Images of the release.</param>
/// <param name="SyntheticAccuracy">Accuracy on real test images of a classifier trained on the release, 0 to 1.</param>
/// <param name="RandomImages">Images of the first random population.</param>
/// <param name="RandomAccuracy">Accuracy of the same classifier trained on that population.</param>
/// <param name="TestImages">Real images tested on.</param>
internal sealed record MnistScores(int SyntheticImages, double SyntheticAccuracy, int RandomImages, double RandomAccuracy, int TestImages);
