using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Generators.OpenAIImages.Prompts;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators.Tests.OpenAIImages;

public sealed class PromptWriterTests
{
    [Fact]
    public void Draw_follows_the_weights()
    {
        var writer = new PromptWriter(ImageApiHarness.Options with { Prompts = [new("a", 1), new("b", 3)], Styles = ["x", "y"] });
        var draws = Enumerable.Range(0, 4000).Select(seed => writer.Draw((ulong)seed, 0)).ToArray();

        // Five standard deviations of a binomial count: a false alarm in 1.7 million, and the seeds are fixed.
        Assert.InRange(draws.Count(static draw => draw.Prompt == 1), 3000 - 137, 3000 + 137);
        Assert.InRange(draws.Count(static draw => draw.Style == 1), 2000 - 158, 2000 + 158);
    }

    [Fact]
    public void Redraw_is_another_draw_and_repeatable()
    {
        var writer = new PromptWriter(ImageApiHarness.Options with { Prompts = [.. Enumerable.Range(0, 50).Select(i => new WeightedPrompt($"p{i}"))] });
        var draws = Enumerable.Range(0, 20).Select(redraw => writer.Draw(7, redraw)).ToArray();

        Assert.True(draws.Distinct().Count() > 10);
        Assert.Equal(draws[3], writer.Draw(7, 3));
    }

    [Theory]
    [InlineData("a {class}", "a cat, oil painting")]
    [InlineData("{style} of a {class}", "oil painting of a cat")]
    public void Write_puts_class_and_style_in(string prompt, string written)
    {
        var writer = new PromptWriter(ImageApiHarness.Options with { Prompts = [new(prompt)], Styles = ["oil painting"] });

        Assert.Equal(written, writer.Write(new PromptChoice(0, 0), "cat"));
    }

    [Theory]
    [InlineData(0.05, "barely")]
    [InlineData(0.1, "barely")]
    [InlineData(0.11, "slightly")]
    [InlineData(1, "completely")]
    public void Write_variation_names_the_degree_in_words(double degree, string words)
    {
        var writer = new PromptWriter(ImageApiHarness.Options with { VariationPrompt = "{strength}|{prompt}" });

        Assert.Equal($"{words}|a photo of a cat", writer.WriteVariation(new PromptChoice(0, 0), "cat", VariationDegree.Of(degree)));
    }

    [Fact]
    public void Read_refuses_prompts_that_are_not_there()
    {
        var writer = new PromptWriter(ImageApiHarness.Options);

        Assert.Throws<ArgumentException>(() => writer.Read([1, 0]));
        Assert.Throws<ArgumentException>(() => writer.Read([0, 1]));
        Assert.Throws<ArgumentException>(() => writer.Read([float.NaN, 0]));
    }
}
