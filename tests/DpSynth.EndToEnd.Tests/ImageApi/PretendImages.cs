using System.Text.Json.Nodes;
using DpSynth.EndToEnd.Tests.Runs;

namespace DpSynth.EndToEnd.Tests.ImageApi;

/// <summary>A small run at an image API: 20 images generated; 2 × 2 × 20 edited for lookahead, 2 × 20 as variations; a cent each.</summary>
internal static class PretendImages
{
    public const int Images = 20 + (2 * 2 * 20) + (2 * 20);
    public const decimal Price = 0.01m;

    public static string Request(string runId, string dataset)
    {
        var request = JsonNode.Parse(SmallDataset.Request(runId, dataset, population: 20))!;
        request["generator"] = JsonNode.Parse("""
            { "name": "openai-images", "options": {
                "model": "pretend-image", "quality": "low", "maxCost": 5, "maxRefusals": 1000, "redraws": 10,
                "prompts": [{ "prompt": "a {class} bar", "weight": 2 }, "bars in {style}"], "styles": ["ink", "chalk"],
                "variationPrompt": "{strength} other: {prompt}",
                "modelRow": { "sizes": ["32x32"], "prices": [{ "quality": "low", "size": "32x32", "usd": 0.01 }] } } }
            """);
        return request.ToJsonString();
    }
}
