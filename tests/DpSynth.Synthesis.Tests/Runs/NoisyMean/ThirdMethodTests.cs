using System.Text.Json;
using DpSynth.Catalogue;
using DpSynth.Privacy;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.Tests.Runs.NoisyMean;

/// <summary>
/// A method that the product does not know: its options, its plan of measurements and its own step are all it takes. Admission, planning,
/// reservation, noise, generation, publication, statement and closing are the product's, unchanged.
/// </summary>
public sealed class ThirdMethodTests : IDisposable
{
    private const string Json =
        """
        {
          "runId": "run", "dataset": "cats", "method": "noisy-mean", "epsilon": 2, "delta": 1e-5, "classConditional": false,
          "image": { "width": 4, "height": 4, "channels": 1 }, "generator": { "name": "draw-text" }, "mean": { "images": 6 }
        }
        """;

    private static readonly RequestCatalogue _catalogue = new([.. RequestParts.Methods, MeanOptions.Method], RequestParts.Generators, RequestParts.Embedders);

    private readonly RunHarness _run = new() { Method = static store => new MeanMethod(store), Json = new RequestJson(_catalogue) };

    [Fact]
    public async Task Method_of_a_test_is_read_planned_paid_published_and_stated_like_any_other()
    {
        _run.PrivateStore.Json = _run.Json;
        _run.Upload("dark", 30, 40);
        _run.Upload("light", 220, 20);
        var request = new RunRequestReader(_catalogue).Read(Json);

        await _run.RunAsync(request, new MeanMethod(_run.PrivateStore).MeasureAsync);

        using var manifest = JsonDocument.Parse(_run.Releases.Text(RunManifest.FileName));
        Assert.Equal("noisy-mean", manifest.RootElement.GetProperty("method").GetString());
        Assert.Equal(6, manifest.RootElement.GetProperty("mean").GetProperty("images").GetInt32());
        Assert.False(manifest.RootElement.TryGetProperty("evolution", out _));
        Assert.Equal(6, manifest.RootElement.GetProperty("classes")[0].GetProperty("images").GetInt32());

        // 16 equal pixels: a unit vector has a quarter in each, and there are 60 images.
        var mean = JsonSerializer.Deserialize<double[]>(_run.Releases.Files["mean.json"])!;
        Assert.All(mean, value => Assert.InRange(value, 14.9, 15));

        var statement = JsonSerializer.Deserialize<PrivacyStatement>(_run.Releases.Files[PrivacyStatement.FileName], PrivacyJson.Indented)!;
        Assert.Equal("mean", Assert.Single(statement.Measurements).Key);
        var spent = Assert.Single((await _run.Ledger.ReadAsync("cats", default)).Runs);
        Assert.True(spent.Closed);
        Assert.Equal("mean", Assert.Single(spent.Measurements, measurement => measurement.SpentAt is not null).Key);
        Assert.InRange(statement.Epsilon, 1.8, 2.0);
    }

    [Fact]
    public void Request_comes_back_from_storage_with_its_options_under_the_methods_field()
    {
        var request = new RunRequestReader(_catalogue).Read(Json);

        var stored = JsonSerializer.SerializeToElement(request, _run.Json.Options);

        Assert.Equal(("noisy-mean", 6), (stored.GetProperty("method").GetString(), stored.GetProperty("mean").GetProperty("images").GetInt32()));
        Assert.Equal(request.Options, stored.Deserialize<RunRequest>(_run.Json.Options)!.Options);
        Assert.Throws<JsonException>(() => stored.Deserialize<RunRequest>(RequestParts.Json.Options));
        Assert.Throws<InvalidOperationException>(() => JsonSerializer.Serialize(request, SynthesisJson.Options));
    }

    [Fact]
    public void Product_does_not_know_the_method_and_says_which_it_knows()
    {
        var fault = Assert.Throws<RequestException>(() => RequestParts.Reader.Read(Json));

        Assert.Equal("'method' is 'noisy-mean', which is not a known method; known are 'private-evolution'.", fault.Message);
    }

    [Fact]
    public void Schema_offers_the_method_beside_the_others()
    {
        var schema = RequestSchema.Of(new RunRequestReader(_catalogue).Fields);

        Assert.Equal(["private-evolution", "noisy-mean"], schema["properties"]!["method"]!["enum"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal(100, schema["properties"]!["mean"]!["properties"]!["images"]!["maximum"]!.GetValue<int>());
    }

    public void Dispose() => _run.Dispose();
}
