using DpSynth.Generators.DrawText;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Generators.Tests.DrawText;

public sealed class DistanceTransformTests
{
    [Fact]
    public void Signed_is_the_distance_to_the_nearest_pixel_of_the_other_kind()
    {
        var masks =
            from width in Gen.Choose(1, 13)
            from height in Gen.Choose(1, 13)
            from mask in Gen.Elements<byte>(0, 0, 255).ArrayOf(width * height)
            where mask.Distinct().Count() == 2
            select (Width: width, Mask: mask);
        Prop.ForAll(masks.ToArbitrary(), drawn =>
        {
            var (width, mask) = drawn;
            var distances = DistanceTransform.Signed(mask, width, mask.Length / width);
            for (var i = 0; i < mask.Length; i++)
            {
                var nearest = Enumerable.Range(0, mask.Length).Where(j => mask[j] != mask[i])
                    .Min(j => Math.Sqrt(Math.Pow((i % width) - (j % width), 2) + Math.Pow((i / width) - (j / width), 2)));
                Assert.Equal(mask[i] == 255 ? nearest : -nearest, distances[i], 1e-4);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Fact]
    public void Signed_places_the_outline_inside_half_covered_pixels()
    {
        byte[] edge = [255, 255, 191, 0, 0];
        var distances = DistanceTransform.Signed(edge, 5, 1);
        Assert.True(distances[1] > distances[2] && distances[2] > 0 && distances[3] < 0, string.Join(' ', distances));
    }
}
