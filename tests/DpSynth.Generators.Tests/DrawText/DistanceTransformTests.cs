using DpSynth.Generators.DrawText;

namespace DpSynth.Generators.Tests.DrawText;

public sealed class DistanceTransformTests
{
    [Fact]
    public void Signed_is_the_distance_to_the_nearest_pixel_of_the_other_kind()
    {
        var random = new Random(1);
        for (var trial = 0; trial < 30; trial++)
        {
            var (width, height) = (random.Next(1, 14), random.Next(1, 14));
            var mask = new byte[width * height];
            for (var i = 0; i < mask.Length; i++)
            {
                mask[i] = (byte)(random.Next(3) == 0 ? 255 : 0);
            }

            (mask[0], mask[^1]) = (255, mask.Length > 1 ? (byte)0 : (byte)255);

            var distances = DistanceTransform.Signed(mask, width, height);
            for (var i = 0; i < mask.Length && mask.Length > 1; i++)
            {
                var nearest = Enumerable.Range(0, mask.Length).Where(j => mask[j] != mask[i])
                    .Min(j => Math.Sqrt(Math.Pow((i % width) - (j % width), 2) + Math.Pow((i / width) - (j / width), 2)));
                Assert.Equal(mask[i] == 255 ? nearest : -nearest, distances[i], 1e-4);
            }
        }
    }

    [Fact]
    public void Signed_places_the_outline_inside_half_covered_pixels()
    {
        byte[] edge = [255, 255, 191, 0, 0];
        var distances = DistanceTransform.Signed(edge, 5, 1);
        Assert.True(distances[1] > distances[2] && distances[2] > 0 && distances[3] < 0, string.Join(' ', distances));
    }
}
