using System.Text.Json;
using DpSynth.Catalogue;
using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.Pixels;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Tests.Requests;

/// <summary>
/// Requests as they lie in storage (this one is of the demo of version 0.1) are read by every later version: runs that are over are shown for as
/// long as they are kept.
/// </summary>
public sealed class StoredRequestTests
{
    private const string Written =
        """
        {"runId":"demo-20261129-221056","dataset":"mnist","method":"private-evolution","epsilon":1,"delta":1.5148E-06,
        "privacy":{"classCounts":"private","classCountShare":0.05,"adjacency":"add-remove"},"classConditional":true,"image":{"width":28,"height":28,
        "channels":1,"resize":"fit","corrupt":"reject"},"generator":{"name":"draw-text","texts":["0","1","2","3","4","5","6","7","8","9"],
        "fonts":[],"centre":"mass","size":{"minimum":24,"maximum":30,"width":6},"stroke":{"minimum":-1,"maximum":2,"width":3},
        "rotation":{"minimum":-30,"maximum":30,"width":60},"shear":{"minimum":-0.4,"maximum":0.4,"width":0.8},"aspect":{"minimum":-0.4,
        "maximum":0.4,"width":0.8},"offset":{"minimum":-1,"maximum":1,"width":2},"elastic":{"minimum":-0.04,"maximum":0.04,"width":0.08}},
        "embedder":{"name":"pixels","blur":1,"downscale":1},"evolution":{"populationSizes":[10000,10000,10000,10000,20000],
        "variationDegrees":[{"value":1,"components":{}},{"value":0.8,"components":{}},{"value":0.6,"components":{}},{"value":0.4,"components":{}},
        {"value":0.7,"components":{"font":0}}],"lookahead":0,"metric":"l2","neighbours":1,"smoothingNeighbours":0,"threshold":1,
        "thresholdUnit":"sigma","contrastNeighbours":10,"selection":"sample","initialVariationFolds":0,"nextVariationFolds":1,"keepSelected":false,
        "budgetWeights":[],"iterations":4},"scores":{"private":false},"seed":0}
        """;

    [Fact]
    public void Request_that_version_0_1_wrote_is_read_and_written_as_it_was()
    {
        var request = JsonSerializer.Deserialize<RunRequest>(Written, RequestParts.Json.Options)!;

        Assert.Equal(("private-evolution", "mnist"), (request.Method, request.Dataset));
        Assert.Equal(new ParameterRange(24, 30), Assert.IsType<DrawTextOptions>(request.Generator).Size);
        Assert.Equal(new PixelsOptions { Blur = 1 }, request.Embedder);
        Assert.Equal((4, 0, 10), (request.Evolution.Iterations, request.Evolution.Lookahead, request.Evolution.ContrastNeighbours));
        Assert.Equal(0, request.Evolution.VariationDegrees[4].Components["font"]);
        Assert.Equal(Written.ReplaceLineEndings(""), JsonSerializer.Serialize(request, RequestParts.Json.Options));
    }

    [Fact]
    public void Request_without_any_methods_options_is_not_read()
    {
        var written = Written.Replace("\"evolution\"", "\"revolution\"", StringComparison.Ordinal);

        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<RunRequest>(written, RequestParts.Json.Options));
    }
}
