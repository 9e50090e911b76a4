using DpSynth.Evaluation.Classification;
using DpSynth.Imaging;
using DpSynth.Numerics;

namespace DpSynth.Evaluation.Tests.Classification;

public sealed class DownstreamClassifierTests
{
    [Fact]
    public void Train_on_all_real_images_reaches_98_percent()
    {
        using var classifier = DownstreamClassifier.Train(Mnist.Training);
        Assert.InRange(Mnist.Test.Accuracy(classifier.Predict(Mnist.Test.Images)), 0.98, 1);
    }

    [Fact]
    public void Train_gives_the_same_classifier_again()
    {
        var training = Mnist.Take(Mnist.Training, 500);
        var test = Mnist.Take(Mnist.Test, 1_000);
        using var first = DownstreamClassifier.Train(training);
        using var second = DownstreamClassifier.Train(training);
        var predicted = first.Predict(test.Images);
        Assert.Equal(predicted, second.Predict(test.Images));
        Assert.InRange(test.Accuracy(predicted), 0.85, 1);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 70, 3)]
    [InlineData(100, 60, 3)]
    public void Train_learns_images_of_any_shape(int width, int height, int channels)
    {
        // Three classes that differ in brightness and direction of change.
        var random = new SeededRandom(2);
        var images = new ImageBatch(new ImageShape(width, height, channels), 90);
        var labels = new byte[90];
        for (var i = 0; i < images.Count; i++)
        {
            labels[i] = (byte)(i % 3);
            for (var p = 0; p < images.Shape.ByteCount; p++)
            {
                images[i][p] = (byte)((labels[i] * 90) + random.NextInt(20) + (labels[i] == 1 ? p * 30 / images.Shape.ByteCount : 0));
            }
        }

        var set = new LabelledImages(images, labels);
        using var classifier = DownstreamClassifier.Train(set);
        var accuracy = set.Accuracy(classifier.Predict(images));

        // One pixel has no structure left once its patch is normalised; the classifier must still train.
        Assert.InRange(accuracy, width * height > 1 ? 0.6 : 0.3, 1);
    }

    [Fact]
    public void Train_survives_one_image_of_one_class()
    {
        var set = new LabelledImages(new ImageBatch(new ImageShape(8, 8, 1), 1), [0]);
        using var classifier = DownstreamClassifier.Train(set);
        Assert.Equal([0], classifier.Predict(set.Images));
    }

    [Fact]
    public void Predict_refuses_another_shape()
    {
        using var classifier = DownstreamClassifier.Train(Mnist.Take(Mnist.Training, 20));
        Assert.Throws<ArgumentException>(() => classifier.Predict(new ImageBatch(new ImageShape(27, 28, 1), 1)));
    }
}
