using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Numerics;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators.OpenAIImages.Prompts;

/// <summary>Draws prompts and writes them out. Everything in them comes from the request, and the class's name.</summary>
internal sealed class PromptWriter(OpenAIImagesOptions options)
{
    // Tells these draws from others made of the same seed.
    private const ulong Stage = 1;

    private readonly double[] _weights = [.. options.Prompts.Select(static prompt => prompt.Weight)];

    /// <summary>Draws a prompt by weight, and a style.</summary>
    /// <param name="seed">The candidate's seed.</param>
    /// <param name="redraw">0 for the first draw; another number draws anew.</param>
    public PromptChoice Draw(ulong seed, int redraw)
    {
        var random = new SeededRandom(SeededRandom.Derive(seed, Stage, (ulong)redraw));
        var left = random.NextDouble() * _weights.Sum();
        var prompt = 0;
        while (prompt < _weights.Length - 1 && left >= _weights[prompt])
        {
            left -= _weights[prompt++];
        }

        return new PromptChoice(prompt, options.Styles.Count > 0 ? random.NextInt(options.Styles.Count) : 0);
    }

    /// <summary>Reads a choice back from a candidate's parameters.</summary>
    /// <exception cref="ArgumentException">The options have no such prompt or style.</exception>
    public PromptChoice Read(ReadOnlySpan<float> parameters) =>
        parameters is [var prompt, var style] && prompt >= 0 && prompt < options.Prompts.Count && style >= 0 && style < Math.Max(1, options.Styles.Count)
            ? new PromptChoice((int)prompt, (int)style)
            : throw new ArgumentException("A parent names a prompt or a style that the options do not have.", nameof(parameters));

    /// <summary>The prompt of a random candidate.</summary>
    /// <exception cref="GenerationException">The prompt names the class, and the run knows none.</exception>
    public string Write(PromptChoice choice, string? className)
    {
        var prompt = options.Prompts[choice.Prompt].Prompt;
        if (className is null && prompt.Contains(OpenAIImagesOptions.ClassPlaceholder, StringComparison.Ordinal))
        {
            throw new GenerationException($"A prompt names {OpenAIImagesOptions.ClassPlaceholder}, but the run is not class-conditional.");
        }

        prompt = prompt.Replace(OpenAIImagesOptions.ClassPlaceholder, className, StringComparison.Ordinal);
        if (options.Styles.Count == 0)
        {
            return prompt.Replace(OpenAIImagesOptions.StylePlaceholder, "", StringComparison.Ordinal);
        }

        var style = options.Styles[choice.Style];
        return prompt.Contains(OpenAIImagesOptions.StylePlaceholder, StringComparison.Ordinal)
            ? prompt.Replace(OpenAIImagesOptions.StylePlaceholder, style, StringComparison.Ordinal)
            : $"{prompt}, {style}";
    }

    /// <summary>The prompt of a variation.</summary>
    public string WriteVariation(PromptChoice choice, string? className, VariationDegree degree)
    {
        var strength = options.Strengths.First(strength => degree.Value <= strength.UpTo).Words;
        return options.VariationPrompt
            .Replace(OpenAIImagesOptions.StrengthPlaceholder, strength, StringComparison.Ordinal)
            .Replace(OpenAIImagesOptions.PromptPlaceholder, Write(choice, className), StringComparison.Ordinal);
    }
}

/// <summary>Which prompt and style a candidate has: its two parameters.</summary>
/// <param name="Prompt">Index of the prompt.</param>
/// <param name="Style">Index of the style; 0 where there are none.</param>
internal readonly record struct PromptChoice(int Prompt, int Style);
