using System.Diagnostics;
using DpSynth.Evaluation.Classification;

namespace DpSynth.Bench;

/// <summary>The scoring classifier trained on MNIST's real training images: the ceiling of every score it gives.</summary>
internal static class ClassifierBenchmark
{
    public static void Run(TextWriter output)
    {
        for (var repetition = 0; repetition < 3; repetition++)
        {
            var clock = Stopwatch.StartNew();
            using var classifier = DownstreamClassifier.Train(Mnist.Training);
            var training = clock.Elapsed;
            clock.Restart();
            var accuracy = 100 * Mnist.Test.Accuracy(classifier.Predict(Mnist.Test.Images));
            output.WriteLine(
                $"classifier: {accuracy:F2}% on real images, trained in {training.TotalSeconds:F1} s, tested in {clock.Elapsed.TotalSeconds:F1} s");
        }
    }
}
