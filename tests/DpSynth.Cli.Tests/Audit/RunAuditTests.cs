using System.Text;
using DpSynth.Cli.Audit.Runs;
using DpSynth.Imaging;
using DpSynth.Imaging.Png;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;

namespace DpSynth.Cli.Tests.Audit;

public sealed class RunAuditTests
{
    private const string Request = """
        {
          "runId": "bars-1", "dataset": "bars", "epsilon": 50, "delta": 1e-5,
          "image": { "width": 16, "height": 16, "channels": 1 },
          "generator": { "name": "draw-text", "options": { "texts": ["-"] } },
          "evolution": { "populationSizes": [100, 100, 20], "variationDegrees": [1, 0.5, 0.3], "lookahead": 0 }
        }
        """;

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(1024, 1.0)]
    [InlineData(1, 100.0)]
    public void Canaries_are_told_apart_as_well_as_the_noise_allows(long unitsPerVote, double sigma)
    {
        // 400 canaries, 100 candidates, 4 iterations; seeded, so that there is one outcome.
        var random = new SeededRandom(50);
        var canaries = Uniform(400, ref random);
        var included = Enumerable.Range(0, canaries.Rows).Select(_ => random.NextInt(2) == 1).ToArray();
        var rows = Enumerable.Range(0, canaries.Rows).Where(i => included[i]).ToArray();
        var present = new EmbeddingMatrix(rows.Length, canaries.Columns, rows.SelectMany(i => canaries[i].ToArray()).ToArray());
        SeededNoise noise = new(51);
        var iterations = new List<MeasuredIteration>();
        for (var t = 0; t < 4; t++)
        {
            var candidates = Uniform(100, ref random);
            var counts = Numerics.Search.NearestNeighbours.Find(present, candidates, Metric.L2).Indices.CountBy(j => j).ToDictionary();
            var drawn = new long[100];
            noise.Fill(drawn, Privacy.Rational.FromDouble(sigma * sigma * unitsPerVote * unitsPerVote), "");
            iterations.Add(new MeasuredIteration([.. drawn.Select((n, j) => (double)(n + (unitsPerVote * counts.GetValueOrDefault(j))))], candidates));
        }

        var scores = CanaryScoring.Score(canaries, iterations, Metric.L2, unitsPerVote);
        var result = CanaryGuesses.Check([.. scores.Zip(included)], 80);

        // Blind guessing is right in 40 ± 4.5 of 80.
        if (sigma == 1)
        {
            Assert.InRange(result.Correct, 65, 80);
            Assert.True(result.EpsilonLowerBound(1e-5, 0.05) > 0.5);
        }
        else
        {
            Assert.InRange(result.Correct, 20, 60);
        }
    }

    [Fact]
    public void Guesses_are_about_the_most_conspicuous_canaries_only()
    {
        var result = CanaryGuesses.Check([(3, true), (2, true), (0.1, false), (-0.1, true), (-2, true), (-3, false)], 4);

        Assert.Equal((6, 4, 3), (result.Canaries, result.Guesses, result.Correct));
    }

    [Fact]
    public void Canaries_differ_fill_the_classes_in_turn_and_are_included_by_a_fair_coin()
    {
        var canaries = Canary.Make(2000, ["a", "b"], new ImageShape(16, 8, 3));

        Assert.Equal(2000, canaries.Select(canary => Convert.ToBase64String(canary.Pixels)).Distinct().Count());
        Assert.Equal(1000, canaries.Count(canary => canary.ClassName == "a"));
        Assert.All(canaries, canary => Assert.Equal(16 * 8 * 3, canary.Pixels.Length));

        // Six and a half standard deviations: a false alarm in one of 1e10 test runs.
        Assert.InRange(canaries.Count(canary => canary.Included), 1000 - 146, 1000 + 146);
    }

    [Fact]
    public void Request_is_turned_to_the_audits_own_dataset_and_run()
    {
        var audit = AuditRequest.Read(Request, null);

        Assert.Equal(("bars-1-audit", "bars-1-audit", 50.0), (audit.Request.RunId, audit.Request.Dataset, audit.Request.Epsilon));
        Assert.Equal("other", AuditRequest.Read(Request, "other").Request.Dataset);
        Assert.Throws<CommandException>(() => AuditRequest.Read(Request, "no good"));
    }

    [Fact]
    public async Task Whole_run_with_canaries_is_audited_by_one_command()
    {
        using var commands = new CommandRunner();
        var shape = new ImageShape(16, 16, 1);
        for (var i = 0; i < 20; i++)
        {
            var pixels = new byte[shape.ByteCount];
            pixels.AsSpan((4 + (i % 8)) * 16, 16).Fill(255);
            commands.Write($"images/{(i % 2 == 0 ? "even" : "odd")}/{i}.png", PngEncoder.Encode(pixels, shape));
        }

        var request = commands.Write("request.json", Encoding.UTF8.GetBytes(Request));
        var images = Path.Combine(commands.Folder.FullName, "images");
        var audit = await commands.RunAsync("audit", "run", request, "--source", images, "--canaries", "60", "--guesses", "20", "--json");

        Assert.True(audit.ExitCode == ExitCode.Success, audit.Errors);
        Assert.Equal((60, 20), (audit.Json.GetProperty("canaries").GetInt32(), audit.Json.GetProperty("guesses").GetInt32()));
        Assert.InRange(audit.Json.GetProperty("correct").GetInt32(), 0, 20);
        Assert.InRange(audit.Json.GetProperty("epsilonLowerBound").GetDouble(), 0, 50);
        var datasets = await commands.RunAsync("datasets", "list");
        Assert.DoesNotContain("bars-1-audit", datasets.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--canaries", "1")]
    [InlineData("--guesses", "3")]
    [InlineData("--guesses", "2000")]
    public async Task Bad_option_is_refused_before_anything_is_uploaded(string option, string value)
    {
        using var commands = new CommandRunner();
        commands.Write("images/0.png", PngEncoder.Encode(new byte[256], new ImageShape(16, 16, 1)));
        var request = commands.Write("request.json", Encoding.UTF8.GetBytes(Request));

        var audit = await commands.RunAsync("audit", "run", request, "--source", Path.Combine(commands.Folder.FullName, "images"), option, value);

        Assert.Equal(ExitCode.Usage, audit.ExitCode);
        Assert.Contains($"{option} is {value}", audit.Errors, StringComparison.Ordinal);
    }

    private static EmbeddingMatrix Uniform(int rows, ref SeededRandom random)
    {
        var matrix = new EmbeddingMatrix(rows, 8);
        foreach (ref var value in matrix.Values)
        {
            value = (float)random.NextDouble();
        }

        return matrix;
    }
}
