using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.Pixels;
using DpSynth.Numerics.Search;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Storage.Tests;

/// <summary>Valid requests to store.</summary>
internal static class Requests
{
    public static EvolutionOptions Evolution { get; } = new()
    {
        PopulationSizes = [100, 200],
        VariationDegrees =
        [
            VariationDegree.Of(1),
            new VariationDegree(0.5, new Dictionary<string, double> { ["size"] = 1, ["font"] = 0.25 }),
        ],
        Metric = Metric.InnerProduct,
    };

    public static RunRequest New(string runId) => new()
    {
        RunId = runId,
        Dataset = "digits",
        Epsilon = 0.1,
        Delta = 1e-6,
        Image = new ImageOptions { Width = 28, Height = 28, Channels = 1 },
        Generator = new DrawTextOptions { Texts = ["é", "0"] },
        Embedder = new PixelsOptions(),
        Options = Evolution,
        Seed = ulong.MaxValue,
    };
}
