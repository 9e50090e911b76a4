using System.Text.Json;
using DpSynth.Catalogue;
using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.Pixels;
using DpSynth.Imaging;
using DpSynth.Numerics.Search;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Tests.Requests;

public sealed class RunRequestReaderTests
{
    private const string Valid = """
        {
          "runId": "run-1",
          "dataset": "cats",
          "epsilon": 1.5,
          "delta": 1e-6,
          "image": { "width": 28, "height": 20, "channels": 1 },
          "generator": { "name": "draw-text" },
          "evolution": { "populationSizes": [100, 50], "variationDegrees": [1, 0.5] }
        }
        """;

    [Fact]
    public void Reader_fills_in_the_documented_defaults()
    {
        var request = RequestParts.Reader.Read(Valid);

        Assert.Equal("run-1", request.RunId);
        Assert.Equal("cats", request.Dataset);
        Assert.Equal(EvolutionDescriptor.Name, request.Method);
        Assert.Equal(1.5, request.Epsilon);
        Assert.Equal(1e-6, request.Delta);
        Assert.Equal(new PrivacyOptions(), request.Privacy);
        Assert.Equal((null, ClassCounts.Private, 0.05, null),
            (request.Privacy.Unit, request.Privacy.ClassCounts, request.Privacy.ClassCountShare, request.Privacy.Adjacency));
        Assert.True(request.ClassConditional);
        Assert.Equal(new ImageShape(28, 20, 1), request.Image.ToShape());
        Assert.Equal(ResizeMode.Fit, request.Image.Resize);
        Assert.Null(request.Image.Corrupt);
        Assert.IsType<DrawTextOptions>(request.Generator);
        Assert.Equal(new PixelsOptions(), request.Embedder);
        Assert.Equal(1, request.Evolution.Iterations);
        Assert.Equal(8, request.Evolution.Lookahead);
        Assert.Equal(Metric.L2, request.Evolution.Metric);
        Assert.Equal(1, request.Evolution.Neighbours);
        Assert.Equal((1.0, ThresholdUnit.Sigma), (request.Evolution.Threshold, request.Evolution.ThresholdUnit));
        Assert.Equal((0, 1, false), (request.Evolution.InitialVariationFolds, request.Evolution.NextVariationFolds, request.Evolution.KeepSelected));
    }

    [Theory]
    [InlineData("\"epsilon\": 1.5", "\"epsilon\": 0", "'epsilon' is 0; it must be above 0 and at most 1000, for example 1.")]
    [InlineData("\"epsilon\": 1.5", "\"epsilon\": -1", "'epsilon' is -1; it must be above 0")]
    [InlineData("\"epsilon\": 1.5", "\"epsilon\": \"NaN\"", "'epsilon' must be a finite number, not 'NaN'.")]
    [InlineData("\"epsilon\": 1.5", "\"epsilon\": 1e999", "'epsilon' is beyond the range of numbers.")]
    [InlineData("\"epsilon\": 1.5,", "", "The field 'epsilon' is missing.")]
    [InlineData("\"delta\": 1e-6", "\"delta\": 0", "'delta' is 0; it must lie strictly between 0 and 1")]
    [InlineData("\"delta\": 1e-6", "\"delta\": 1", "'delta' is 1; it must lie strictly between 0 and 1")]
    [InlineData("\"dataset\": \"cats\"", "\"dataset\": \"../cats\"", "'dataset' must be 1 to 64 letters")]
    [InlineData("\"dataset\"", "\"datset\"", "'datset' is not a known field; the nearest known name is 'dataset', which is missing.")]
    [InlineData("\"width\"", "\"widht\"", "'image.widht' is not a known field; the nearest known name is 'width', which is missing.")]
    [InlineData("\"epsilon\": 1.5", "\"epsilon\": 1.5, \"epsilom\": 2", "'epsilom' is not a known field; the nearest known name is 'epsilon'.")]
    [InlineData("\"epsilon\": 1.5", "\"epsilon\": 1.5, \"epsilon\": 2", "The field 'epsilon' appears twice")]
    [InlineData("\"draw-text\"", "\"drawtext\"", "'generator.name' is 'drawtext', which is not a known generator; the nearest known name is 'draw-text'.")]
    [InlineData("\"draw-text\"", "\"nearest-image\"", "The field 'generator.options.publicSet' is missing")]
    [InlineData("\"width\": 28", "\"width\": 50000", "'image.width' is 50000; it must be a whole number between 1 and 2048.")]
    [InlineData("\"width\": 28", "\"width\": 28.5", "'image.width' is 28.5; it must be a whole number")]
    [InlineData("\"channels\": 1", "\"channels\": 2", "'image.channels' is 2; it must be 1 (grey) or 3 (colour).")]
    [InlineData("\"channels\": 1", "\"channels\": 1, \"resize\": \"crop\"", "'image.resize' is 'crop'; it must be one of 'fit', 'fill', 'stretch'")]
    [InlineData("[1, 0.5]", "[1]", "'evolution.variationDegrees' has 1 entries and 'evolution.populationSizes' has 2; both need one for each generation.")]
    [InlineData("[1, 0.5]", "[1, 1.5]", "'evolution.variationDegrees[1]' is wrong: a degree of draw-text must lie within 0 to 1")]
    [InlineData("[100, 50]", "[100]", "'evolution.populationSizes' needs at least two entries")]
    [InlineData("[100, 50]", "[100, -5]", "'evolution.populationSizes[1]' is -5; it must be a whole number between 1 and")]
    [InlineData(
        "[100, 50]", "[100, 50], \"metric\": \"L2\"", "'evolution.metric' is 'L2'; it must be one of 'l2', 'cosine', 'ip'; the nearest known name is 'l2'.")]
    [InlineData("[100, 50]", "[100, 50], \"nextVariationFolds\": 0", "'evolution.nextVariationFolds' is 0 and 'evolution.keepSelected' is false")]
    [InlineData(
        "[100, 50]", "[100, 50], \"budgetWeights\": [1, 1]", "'evolution.budgetWeights' has 2 entries; it needs one for each of the 1 measurements, or none.")]
    [InlineData("[100, 50]", "[100, 50], \"neighbours\": 100, \"lookahead\": 101", "'evolution.lookahead' is 101")]
    [InlineData("[100, 50]", "[99, 500], \"neighbours\": 100", "'evolution.neighbours' is 100 and a generation that is voted on has 99 candidates; ask "
        + "for fewer neighbours or more candidates.")]
    [InlineData("[100, 50]", "[100, 50], \"budgetWeights\": [1e-7]", "'evolution.budgetWeights[0]' is 1E-07; it must be between 0.000001 and 1000000.")]
    [InlineData("\"channels\": 1 }", "\"channels\": 1 ", "The request is not valid JSON: line ")]
    [InlineData("\"cats\"", "\"\\ud800\"", "A text of the request has half of a surrogate pair")]
    [InlineData("\"epsilon\"", "\"\\udc00\"", "A text of the request has half of a surrogate pair")]
    public void Reader_says_in_one_sentence_what_is_wrong(string part, string replacement, string expected)
    {
        Assert.Contains(part, Valid, StringComparison.Ordinal);

        var fault = Assert.Throws<RequestException>(() => RequestParts.Reader.Read(Valid.Replace(part, replacement, StringComparison.Ordinal)));

        Assert.StartsWith(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Theory]
    [InlineData("""{ "unit": "person" }""", "'privacy.unit' is 'person'; it must be one of 'image', 'owner'")]
    [InlineData("""{ "unit": "image", "owners": { "from": "folder" } }""", "'privacy.owners' is given and 'privacy.unit' is 'image'; set the unit to 'owner'")]
    [InlineData("""{ "unit": "owner", "owners": { "from": "exif" } }""", "'privacy.owners.from' is 'exif', which is not a known source")]
    [InlineData("""{ "unit": "owner", "owners": { "from": "folder", "level": 0 } }""",
        "'privacy.owners.level' is 0; it must be a whole number between 1 and 16.")]
    [InlineData("""{ "unit": "owner", "owners": { "from": "folder", "pattern": "x" } }""", "'privacy.owners.pattern' is not a known field")]
    [InlineData("""{ "unit": "owner", "owners": { "from": "pattern" } }""", "The field 'privacy.owners.pattern' is missing.")]
    [InlineData("""{ "unit": "owner", "owners": { "from": "pattern", "pattern": "(" } }""",
        "'privacy.owners.pattern' is not a regular expression: it cannot be read at character 2.")]
    [InlineData("""{ "unit": "owner", "owners": { "from": "pattern", "pattern": "[0-9]+" } }""", "'privacy.owners.pattern' has no group named 'owner'")]
    [InlineData("""{ "unit": "owner", "owners": { "from": "pattern", "pattern": "(?<owner>a)(?=b)" } }""", "'privacy.owners.pattern' needs backtracking")]
    [InlineData("""{ "unit": "owner", "owners": { "from": "csv", "file": "../owners.csv" } }""",
        "'privacy.owners.file' must be the name of a .csv file in the dataset's folder")]
    [InlineData("""{ "unit": "owner", "owners": { "from": "csv", "file": "owners.txt" } }""",
        "'privacy.owners.file' must be the name of a .csv file in the dataset's folder")]
    [InlineData("""{ "classCounts": "noisy" }""", "'privacy.classCounts' is 'noisy'; it must be one of 'private', 'public', 'even'")]
    [InlineData("""{ "classCountShare": 0 }""", "'privacy.classCountShare' is 0; it must be above 0 and at most 0.5")]
    [InlineData("""{ "classCountShare": 0.6 }""", "'privacy.classCountShare' is 0.6; it must be above 0 and at most 0.5")]
    [InlineData("""{ "classCounts": "even", "classCountShare": 0.1 }""", "'privacy.classCountShare' is given and 'privacy.classCounts' is not 'private'")]
    [InlineData("""{ "datasetSize": 9 }""", "'privacy.datasetSize' is 9; it must be a whole number between 10 and 2147483647.")]
    [InlineData("""{ "adjacency": "bounded" }""", "'privacy.adjacency' is 'bounded'; it must be one of 'add-remove', 'replace-one'")]
    [InlineData("""{ "epsilon": 1 }""", "'privacy.epsilon' is not a known field")]
    [InlineData("""3""", "'privacy' must be a JSON object, not a number.")]
    public void Reader_says_in_one_sentence_what_is_wrong_with_the_privacy_asked_for(string privacy, string expected)
    {
        var fault = Assert.Throws<RequestException>(() => RequestParts.Reader.Read(WithPrivacy(privacy)));

        Assert.StartsWith(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Theory]
    [InlineData("""{ "from": "folder", "level": 2 }""")]
    [InlineData("""{ "from": "pattern", "pattern": "^(?<owner>[^_]+)_" }""")]
    [InlineData("""{ "from": "csv" }""")]
    public void Reader_takes_owners_and_its_result_survives_storage(string owners)
    {
        var request = RequestParts.Reader.Read(WithPrivacy(
            $$"""{ "unit": "owner", "owners": {{owners}}, "classCounts": "public", "adjacency": "replace-one", "datasetSize": 500 }"""));

        Assert.Equal(PrivacyUnit.Owner, request.Privacy.Unit);
        Assert.Equal((ClassCounts.Public, Adjacency.ReplaceOne, 500), (request.Privacy.ClassCounts, request.Privacy.Adjacency, request.Privacy.DatasetSize));
        Assert.Equal(request.Privacy, JsonSerializer.Deserialize<PrivacyOptions>(
            JsonSerializer.Serialize(request.Privacy, SynthesisJson.Options), SynthesisJson.Options));
    }

    [Fact]
    public void Reader_lets_delta_be_absent() =>
        Assert.Null(RequestParts.Reader.Read(Valid.Replace("\"delta\": 1e-6,", "", StringComparison.Ordinal)).Delta);

    [Fact]
    public void Reader_refuses_a_schedule_longer_than_allowed()
    {
        var sizes = string.Join(", ", Enumerable.Repeat("10", 102));

        var fault = Assert.Throws<RequestException>(() => RequestParts.Reader.Read(Valid.Replace("100, 50", sizes, StringComparison.Ordinal)));

        Assert.Equal("'evolution.populationSizes' has 102 entries; at most 101 are allowed.", fault.Message);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a\\\\b")]
    [InlineData("-a")]
    [InlineData("")]
    [InlineData("a#b")]
    public void Reader_refuses_a_run_id_with_path_characters(string runId)
    {
        var fault = Assert.Throws<RequestException>(() => RequestParts.Reader.Read(Valid.Replace("run-1", runId, StringComparison.Ordinal)));

        Assert.StartsWith("'runId' must be 1 to 64 letters", fault.Message, StringComparison.Ordinal);
        Assert.Null(fault.RunId);
    }

    [Fact]
    public void Reader_names_the_run_of_a_faulty_request_whose_id_is_sound()
    {
        var fault = Assert.Throws<RequestException>(() => RequestParts.Reader.Read(Valid.Replace("1e-6", "2", StringComparison.Ordinal)));

        Assert.Equal("run-1", fault.RunId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    public void Reader_refuses_what_is_no_object(string json) => Assert.Throws<RequestException>(() => RequestParts.Reader.Read(json));

    [Fact]
    public void Reader_refuses_a_request_that_is_too_long() =>
        Assert.Throws<RequestException>(() => RequestParts.Reader.Read(new string(' ', RunRequestReader.MaximumLength + 1)));

    [Fact]
    public void Reader_takes_degrees_by_component()
    {
        var request = RequestParts.Reader.Read(Valid.Replace("[1, 0.5]", """[1, { "value": 0.5, "rotation": 5 }]""", StringComparison.Ordinal));

        Assert.Equal(0.5, request.Evolution.VariationDegrees[1].Value);
        Assert.Equal(5, request.Evolution.VariationDegrees[1].Components["rotation"]);
    }

    private static string WithPrivacy(string privacy) => Valid.Replace("\"dataset\"", $"\"privacy\": {privacy}, \"dataset\"", StringComparison.Ordinal);
}
