using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.NearestImage;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Tests.Requests;

public sealed class GeneratorOptionsTests
{
    private static readonly DrawTextOptions DrawText = new();
    private static readonly NearestImageOptions Nearest = new() { PublicSet = "faces" };

    [Fact]
    public void Defaults_are_without_fault()
    {
        Assert.Null(DrawText.DescribeFault());
        Assert.Null(Nearest.DescribeFault());
    }

    [Fact]
    public void DrawText_finds_texts_that_are_not_one_visible_character()
    {
        foreach (var text in (string[])["", "10", " ", "\n", "\ud83d"])
        {
            Assert.Contains("one visible character", (DrawText with { Texts = ["0", text] }).DescribeFault());
        }

        Assert.Contains("empty", (DrawText with { Texts = [] }).DescribeFault());
    }

    [Fact]
    public void DrawText_finds_ranges_that_are_upside_down_or_too_wide()
    {
        Assert.StartsWith("'generator.options.size'", (DrawText with { Size = new(20, 10) }).DescribeFault());
        Assert.StartsWith("'generator.options.size'", (DrawText with { Size = new(0, 10) }).DescribeFault());
        Assert.StartsWith("'generator.options.rotation'", (DrawText with { Rotation = new(-181, 10) }).DescribeFault());
        Assert.StartsWith("'generator.options.elastic'", (DrawText with { Elastic = new(double.NaN, 0.1) }).DescribeFault());
        Assert.Null((DrawText with { Size = new(20, 20) }).DescribeFault());
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, null)]
    [InlineData(-0.1, "within 0 to 1")]
    [InlineData(1.1, "within 0 to 1")]
    [InlineData(double.NaN, "within 0 to 1")]
    public void DrawText_takes_degrees_from_0_to_1(double value, string? fault)
    {
        var found = DrawText.DescribeFault(VariationDegree.Of(value));
        Assert.Equal(fault is null, found is null);
        Assert.Contains(fault ?? "", found ?? "");
    }

    [Fact]
    public void DrawText_finds_unknown_and_wild_components()
    {
        Assert.Contains("'colour'", DrawText.DescribeFault(Components(("colour", 1))));
        Assert.Contains("font", DrawText.DescribeFault(Components(("font", 1.5))));
        Assert.Contains("rotation", DrawText.DescribeFault(Components(("rotation", double.NaN))));
        Assert.NotNull(DrawText.DescribeFault(new VariationDegree(null, new Dictionary<string, double>())));
        Assert.Null(DrawText.DescribeFault(Components(("font", 0.8), ("size", 5), ("rotation", 9), ("stroke", 1), ("text", 0))));
    }

    [Fact]
    public void Reach_scales_with_the_number_and_components_override_it()
    {
        Assert.Equal(DrawTextReach.Full, DrawTextReach.Of(VariationDegree.Of(1)));
        Assert.Equal(new DrawTextReach(0, 0, 0, 0, 0, 0, 0, 0, 0), DrawTextReach.Of(VariationDegree.Of(0)));
        var half = DrawTextReach.Of(new VariationDegree(0.5, new Dictionary<string, double> { ["rotation"] = 7, ["text"] = 0.25 }));
        Assert.Equal(0.5, half.Font);
        Assert.Equal(3, half.Size);
        Assert.Equal(7, half.Rotation);
        Assert.Equal(0.25, half.Text);
        Assert.Equal(5, DrawTextReach.Of(Components(("size", 5))).Size);
        Assert.Equal(0, DrawTextReach.Of(Components(("size", 5))).Rotation);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1000, true)]
    [InlineData(0, false)]
    [InlineData(2.5, false)]
    [InlineData(double.NaN, false)]
    [InlineData(double.PositiveInfinity, false)]
    public void NearestImage_takes_whole_degrees_from_1(double value, bool good) =>
        Assert.Equal(good, Nearest.DescribeFault(VariationDegree.Of(value)) is null);

    [Fact]
    public void NearestImage_finds_names_that_are_no_folder()
    {
        foreach (var name in (string[])["", "..", "a/b", "a b", new string('a', 65)])
        {
            Assert.NotNull(new NearestImageOptions { PublicSet = name }.DescribeFault());
        }

        Assert.NotNull(Nearest.DescribeFault(Components(("font", 1))));
    }

    private static VariationDegree Components(params (string Name, double Value)[] components) =>
        new(null, components.ToDictionary(component => component.Name, component => component.Value));
}
