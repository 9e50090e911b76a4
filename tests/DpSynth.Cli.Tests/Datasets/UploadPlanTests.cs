using DpSynth.Cli.Datasets.Sources;
using DpSynth.Cli.Datasets.Uploading;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Cli.Tests.Datasets;

public sealed class UploadPlanTests
{
    [Fact]
    public void Packing_keeps_every_image_once_in_order_and_within_the_limits() => Prop.ForAll(
        Arb.From(Gen.ListOf(Gen.ListOf(Gen.Choose(1, 40_000_000)))),
        lengths =>
        {
            SourceClass[] classes = [.. lengths.Select((images, number) => new SourceClass($"class{number}", [.. images.Select(Image)]))];

            var plan = UploadPlan.Make("set", classes, loose: false);

            Assert.Equal(classes.SelectMany(source => source.Images), plan.SelectMany(part => part.Images));
            Assert.Equal(plan.Count, plan.Select(part => part.BlobName).Distinct(StringComparer.Ordinal).Count());
            Assert.All(plan, part => Assert.True(
                part.IsPacked && part.Images.Count <= UploadPlan.MaximumImages
                && (part.Images.Count == 1 || part.Images.Sum(image => image.Length) <= UploadPlan.MaximumLength)));
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Large_class_is_divided_by_the_number_of_images()
    {
        var source = new SourceClass("7", [.. Enumerable.Range(0, (2 * UploadPlan.MaximumImages) + 1).Select(_ => 10).Select(Image)]);

        var plan = UploadPlan.Make("mnist", [source], loose: false);

        Assert.Equal(
            [("mnist/7/part-00000.tar", UploadPlan.MaximumImages), ("mnist/7/part-00001.tar", UploadPlan.MaximumImages), ("mnist/7/part-00002.tar", 1)],
            plan.Select(part => (part.BlobName, part.Images.Count)));
    }

    [Fact]
    public void Loose_images_and_archives_go_as_they_are()
    {
        SourceImage[] images = [Image(10, 0), new SourceImage("more.tar", 10, _ => Task.FromResult<byte[]>([]))];

        Assert.Equal(
            ["set/image-0.png", "set/more.tar"],
            UploadPlan.Make("set", [new SourceClass(null, images)], loose: true).Select(part => part.BlobName));
        Assert.Equal(
            [("set/more.tar", false), ("set/part-00000.tar", true)],
            UploadPlan.Make("set", [new SourceClass(null, images)], loose: false).Select(part => (part.BlobName, part.IsPacked)));
    }

    private static SourceImage Image(int length, int index) => new($"image-{index}.png", length, _ => Task.FromResult(new byte[length]));
}
