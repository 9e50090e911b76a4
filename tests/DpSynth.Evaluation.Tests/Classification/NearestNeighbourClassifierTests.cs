using DpSynth.Evaluation.Classification;

namespace DpSynth.Evaluation.Tests.Classification;

public sealed class NearestNeighbourClassifierTests
{
    [Fact]
    public async Task Predict_gives_training_images_their_own_class()
    {
        var set = Mnist.Take(Mnist.Training, 300);
        var classifier = await NearestNeighbourClassifier.TrainAsync(set);
        Assert.Equal(set.Labels, await classifier.PredictAsync(set.Images));
    }

    [Fact]
    public async Task Predict_reaches_the_accuracy_known_for_raw_pixels()
    {
        // 96.91% on all of MNIST is in LeCun's table; 5,000 training images give 93 to 95%.
        var classifier = await NearestNeighbourClassifier.TrainAsync(Mnist.Take(Mnist.Training, 5_000));
        Assert.InRange(Mnist.Test.Accuracy(await classifier.PredictAsync(Mnist.Test.Images)), 0.92, 0.96);
    }

    [Fact]
    public void LabelledImages_refuses_labels_that_do_not_pair_up()
    {
        Assert.Throws<ArgumentException>(() => new LabelledImages(Mnist.Test.Images, [1, 2]));
    }
}
