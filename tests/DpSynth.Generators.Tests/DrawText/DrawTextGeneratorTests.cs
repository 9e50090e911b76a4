using DpSynth.Catalogue.DrawText;
using DpSynth.Generators.DrawText;
using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators.Tests.DrawText;

public sealed class DrawTextGeneratorTests(ShippedFonts fonts) : IClassFixture<ShippedFonts>
{
    private static readonly ImageShape Mnist = new(28, 28, 1);

    private static readonly string[] Names = ["font", "text", "size", "stroke", "rotation", "shear", "aspect", "offset", "elastic"];

    [Fact]
    public async Task RandomAsync_gives_a_candidate_the_same_whatever_else_is_in_the_batch()
    {
        var generator = fonts.Generator(Mnist);
        var seeds = Seeds.Of(700, 1);
        var together = await generator.RandomAsync(null, seeds, default);
        foreach (var i in (int[])[0, 1, 255, 256, 699])
        {
            var alone = await fonts.Generator(Mnist).RandomAsync("another class", seeds.AsMemory(i, 1), default);
            Assert.Equal(together.ParametersOf(i).ToArray(), alone.ParametersOf(0).ToArray());
            Assert.Equal(together.Images![i].ToArray(), alone.Images![0].ToArray());
        }
    }

    [Fact]
    public async Task VaryAsync_gives_a_candidate_the_same_whatever_else_is_in_the_batch()
    {
        var generator = fonts.Generator(Mnist);
        var parents = await generator.RandomAsync(null, Seeds.Of(30, 1), default);
        var parentOf = Enumerable.Range(0, 600).Select(i => i / 8 % 30).ToArray();
        var seeds = Seeds.Of(600, 2);
        var together = await generator.VaryAsync(parents, parentOf, VariationDegree.Of(0.5), null, seeds, default);
        foreach (var i in (int[])[0, 100, 599])
        {
            // Without images, as lookahead passes them.
            var parametersOnly = new CandidateBatch(null, parents.ParametersOf(parentOf[i]).ToArray(), 1, parents.ParameterCount);
            var alone = await generator.VaryAsync(parametersOnly, new[] { 0 }, VariationDegree.Of(0.5), null, seeds.AsMemory(i, 1), default);
            Assert.Equal(together.ParametersOf(i).ToArray(), alone.ParametersOf(0).ToArray());
            Assert.Equal(together.Images![i].ToArray(), alone.Images![0].ToArray());
        }
    }

    [Fact]
    public async Task RandomAsync_draws_uniformly_over_the_whole_of_every_range()
    {
        var options = new DrawTextOptions();
        var batch = await fonts.Generator(new ImageShape(8, 8, 1), options).RandomAsync(null, Seeds.Of(4000, 3), default);
        for (var parameter = DrawTextParameters.Size; parameter < DrawTextParameters.Count; parameter++)
        {
            var range = DrawTextParameters.RangeOf(options, parameter);
            var values = Column(batch, parameter);
            Assert.All(values, value => Assert.InRange(value, (float)range.Minimum, (float)range.Maximum));

            // The mean of 4,000 uniform draws has σ = width / √12 / √4000 < 0.0046 width; 6 σ.
            Assert.InRange(
                values.Average(), (range.Minimum + range.Maximum) / 2 - (0.028 * range.Width), (range.Minimum + range.Maximum) / 2 + (0.028 * range.Width));
            Assert.InRange(values.Max() - values.Min(), 0.95 * range.Width, range.Width * 1.0001);
        }

        Assert.Equal(10, Column(batch, DrawTextParameters.Text).Distinct().Count());
        Assert.Equal(fonts.Catalogue.Fonts.Count, Column(batch, DrawTextParameters.Font).Distinct().Count());
    }

    [Fact]
    public async Task VaryAsync_stays_within_the_ranges_over_many_generations()
    {
        var options = new DrawTextOptions { Size = new(12, 13), Stroke = new(0.5, 0.6) };
        var generator = fonts.Generator(Mnist, options);
        var batch = await generator.RandomAsync(null, Seeds.Of(200, 4), default);
        var each = Enumerable.Range(0, 200).ToArray();
        for (ulong t = 0; t < 5; t++)
        {
            batch = await generator.VaryAsync(batch, each, VariationDegree.Of(1), null, Seeds.Of(200, t), default);
            for (var parameter = DrawTextParameters.Size; parameter < DrawTextParameters.Count; parameter++)
            {
                var range = DrawTextParameters.RangeOf(options, parameter);
                Assert.All(Column(batch, parameter), value => Assert.InRange(value, (float)range.Minimum, (float)range.Maximum));
            }
        }
    }

    [Fact]
    public async Task VaryAsync_changes_nothing_at_degree_0()
    {
        var generator = fonts.Generator(Mnist);
        var parents = await generator.RandomAsync(null, Seeds.Of(100, 5), default);
        var same = await generator.VaryAsync(parents, Enumerable.Range(0, 100).ToArray(), VariationDegree.Of(0), null, Seeds.Of(100, 6), default);
        Assert.Equal(parents.Parameters.ToArray(), same.Parameters.ToArray());
        Assert.Equal(parents.Images!.Pixels.ToArray(), same.Images!.Pixels.ToArray());
    }

    [Theory]
    [InlineData("font", 1, new[] { 0 })]
    [InlineData("text", 1, new[] { 1 })]
    [InlineData("size", 2, new[] { 2 })]
    [InlineData("stroke", 0.5, new[] { 3 })]
    [InlineData("rotation", 5, new[] { 4 })]
    [InlineData("shear", 0.1, new[] { 5 })]
    [InlineData("aspect", 0.1, new[] { 6 })]
    [InlineData("offset", 0.5, new[] { 7, 8 })]
    [InlineData("elastic", 0.01, new[] { 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22 })]
    public async Task VaryAsync_moves_only_what_a_component_names_and_no_further(string name, double reach, int[] moving)
    {
        var generator = fonts.Generator(Mnist);
        var parents = await generator.RandomAsync(null, Seeds.Of(300, 7), default);
        var degree = new VariationDegree(null, new Dictionary<string, double> { [name] = reach });
        var varied = await generator.VaryAsync(parents, Enumerable.Range(0, 300).ToArray(), degree, null, Seeds.Of(300, 8), default);
        for (var parameter = 0; parameter < DrawTextParameters.Count; parameter++)
        {
            var (before, after) = (Column(parents, parameter), Column(varied, parameter));
            if (!moving.Contains(parameter))
            {
                Assert.Equal(before, after);
                continue;
            }

            Assert.NotEqual(before, after);
            if (parameter >= DrawTextParameters.Size)
            {
                Assert.All(before.Zip(after), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, reach * 1.0001));
            }
        }
    }

    [Fact]
    public async Task VaryAsync_redraws_the_font_with_the_probability_asked_for()
    {
        var generator = fonts.Generator(new ImageShape(8, 8, 1));
        var parents = await generator.RandomAsync(null, Seeds.Of(1, 9), default);
        var varied = await generator.VaryAsync(parents, new int[4000], VariationDegree.Of(0.5), null, Seeds.Of(4000, 10), default);

        // Half are redrawn, one in the number of fonts of those hits the same font: Binomial(4000, ½ (1 − 1/68)), 6 σ = 190.
        var expected = 2000 * (1 - (1.0 / fonts.Catalogue.Fonts.Count));
        var changed = Column(varied, DrawTextParameters.Font).Count(font => font != parents.Parameters.Span[DrawTextParameters.Font]);
        Assert.InRange(changed, expected - 190, expected + 190);
        Assert.All(Column(varied, DrawTextParameters.Text), text => Assert.Equal(parents.Parameters.Span[DrawTextParameters.Text], text));
    }

    [Fact]
    public async Task Colour_images_show_the_grey_image_in_each_channel()
    {
        var grey = await fonts.Generator(new ImageShape(30, 21, 1)).RandomAsync(null, Seeds.Of(20, 11), default);
        var colour = await fonts.Generator(new ImageShape(30, 21, 3)).RandomAsync(null, Seeds.Of(20, 11), default);
        for (var i = 0; i < grey.Images!.Pixels.Length; i++)
        {
            Assert.Equal(Enumerable.Repeat(grey.Images.Pixels[i], 3), colour.Images!.Pixels.Slice(i * 3, 3).ToArray());
        }
    }

    [Fact]
    public async Task Larger_images_show_the_same_picture_larger()
    {
        var small = await fonts.Generator(Mnist).RandomAsync(null, Seeds.Of(50, 12), default);
        var large = await fonts.Generator(new ImageShape(56, 56, 1)).RandomAsync(null, Seeds.Of(50, 12), default);
        for (var i = 0; i < 50; i++)
        {
            Assert.InRange(Mean(large.Images![i]) / Mean(small.Images![i]), 0.9, 1.1);
        }
    }

    [Theory]
    [InlineData(TextCentring.Mass)]
    [InlineData(TextCentring.Box)]
    public void The_centre_asked_for_lies_in_the_middle(TextCentring centring)
    {
        var options = new DrawTextOptions { Centre = centring, Texts = ["L"], Fonts = ["Arimo"] };
        var image = Render(options, Parameters());
        if (centring == TextCentring.Mass)
        {
            var (x, y) = MassCentre(image);
            Assert.InRange(x, -0.3, 0.3);
            Assert.InRange(y, -0.3, 0.3);
            return;
        }

        int[] rows = [.. Enumerable.Range(0, 28).Where(y => image.AsSpan(y * 28, 28).ContainsAnyExcept((byte)0))];
        int[] columns = [.. Enumerable.Range(0, 28).Where(x => Enumerable.Range(0, 28).Any(y => image[(y * 28) + x] > 0))];
        Assert.InRange(rows[0] + rows[^1], 26, 28);
        Assert.InRange(columns[0] + columns[^1], 26, 28);
    }

    [Fact]
    public void Parameters_move_the_picture_as_their_names_say()
    {
        var options = new DrawTextOptions { Texts = ["l"], Fonts = ["Arimo"] };
        var plain = Render(options, Parameters());

        // In an upright bar turned counter-clockwise the upper part lies left: x and y (down) grow together.
        Assert.InRange(Covariance(plain), -0.5, 0.5);
        Assert.True(Covariance(Render(options, Parameters((DrawTextParameters.Rotation, 20)))) > 2);
        Assert.True(Covariance(Render(options, Parameters((DrawTextParameters.Shear, 0.3f)))) < -2);
        Assert.True(Mean(Render(options, Parameters((DrawTextParameters.Stroke, 2)))) > 1.3 * Mean(plain));
        Assert.True(Mean(Render(options, Parameters((DrawTextParameters.Size, 12)))) < 0.7 * Mean(plain));
        Assert.True(Mean(Render(options, Parameters((DrawTextParameters.Aspect, 0.4f)))) != Mean(plain));
        var (x, y) = MassCentre(Render(options, Parameters((DrawTextParameters.OffsetX, 2), (DrawTextParameters.OffsetY, -1))));
        Assert.InRange(x, 1.7, 2.3);
        Assert.InRange(y, -1.3, -0.7);
    }

    [Fact]
    public async Task VaryAsync_refuses_parents_and_degrees_that_are_not_its_own()
    {
        var generator = fonts.Generator(Mnist);
        var parents = await generator.RandomAsync(null, Seeds.Of(2, 13), default);
        var foreign = parents.Parameters.ToArray();
        foreign[DrawTextParameters.Font] = 1000;
        await Assert.ThrowsAsync<ArgumentException>(async () => await generator.VaryAsync(
            parents with { Parameters = foreign }, new[] { 0 }, VariationDegree.Of(0), null, Seeds.Of(1, 1), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await generator.VaryAsync(
            new CandidateBatch(null, new float[2], 2, 1), new[] { 0 }, VariationDegree.Of(0), null, Seeds.Of(1, 1), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await generator.VaryAsync(
            parents, new[] { 0 }, VariationDegree.Of(2), null, Seeds.Of(1, 1), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await generator.VaryAsync(
            parents, new[] { 0, 1 }, VariationDegree.Of(1), null, Seeds.Of(1, 1), default));
    }

    [Fact]
    public async Task RandomAsync_stops_when_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(
            async () => await fonts.Generator(Mnist).RandomAsync(null, Seeds.Of(1000, 1), cancelled.Token));
    }

    [Fact]
    public void Components_are_those_of_the_reach() =>
        Assert.All(Names, name => Assert.Null(new DrawTextOptions().DescribeFault(new VariationDegree(null, new Dictionary<string, double> { [name] = 0 }))));

    private static float[] Parameters(params (int Index, float Value)[] changes)
    {
        var parameters = new float[DrawTextParameters.Count];
        parameters[DrawTextParameters.Size] = 26;
        foreach (var (index, value) in changes)
        {
            parameters[index] = value;
        }

        return parameters;
    }

    private byte[] Render(DrawTextOptions options, float[] parameters)
    {
        var image = new byte[28 * 28];
        fonts.Generator(Mnist, options).Render(parameters, image);
        return image;
    }

    private static float[] Column(CandidateBatch batch, int parameter) =>
        [.. Enumerable.Range(0, batch.Count).Select(i => batch.ParametersOf(i)[parameter])];

    private static double Mean(ReadOnlySpan<byte> image)
    {
        long sum = 0;
        foreach (var value in image)
        {
            sum += value;
        }

        return (double)sum / image.Length;
    }

    private static (double X, double Y) MassCentre(byte[] image)
    {
        double mass = 0, x = 0, y = 0;
        for (var i = 0; i < image.Length; i++)
        {
            mass += image[i];
            x += image[i] * ((i % 28) - 13.5);
            y += image[i] * ((i / 28) - 13.5);
        }

        return (x / mass, y / mass);
    }

    private static double Covariance(byte[] image)
    {
        var (centreX, centreY) = MassCentre(image);
        double mass = 0, sum = 0;
        for (var i = 0; i < image.Length; i++)
        {
            mass += image[i];
            sum += image[i] * ((i % 28) - 13.5 - centreX) * ((i / 28) - 13.5 - centreY);
        }

        return sum / mass;
    }
}
