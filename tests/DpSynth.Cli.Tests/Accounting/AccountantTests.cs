using System.Globalization;
using System.Text.Json;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;

namespace DpSynth.Cli.Tests.Accounting;

public sealed class AccountantTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    // Reference values of the analytic Gaussian mechanism at 60 digits, and of the discrete Gaussian's lattice.
    [Theory]
    [InlineData("gaussian", "1", 10, "1e-05", 17.856586830107613)]
    [InlineData("gaussian", "0.7", 50, "1e-05", 93.26934992791409)]
    [InlineData("gaussian", "2", 1, "1e-05", 1.9930914044151196)]
    [InlineData("gaussian", "1", 1000, "1e-12", 721.5471743718093)]
    [InlineData("gaussian", "500", 1, "0.001", 0)]
    [InlineData("discrete-gaussian", "0.5", 1, "1e-08", 12.199633866945225)]
    public async Task Epsilon_is_the_reference_value(string mechanism, string sigma, int steps, string delta, double expected)
    {
        var result = await EpsilonAsync("--mechanism", mechanism, "--noise-multiplier", sigma, "--steps", $"{steps}", "--delta", delta);

        Assert.Equal(ExitCode.Success, result.ExitCode);
        Assert.Equal(["epsilon", "lower", "upper", "accountant", "adjacency"], result.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("add-remove", result.Json.GetProperty("adjacency").GetString());
        var (epsilon, lower, upper) = (Figure(result, "epsilon"), Figure(result, "lower"), Figure(result, "upper"));
        Assert.Equal(expected, epsilon, (1e-9 * expected) + 1e-10);
        Assert.Equal(epsilon, upper);
        Assert.InRange(epsilon, lower, upper);
        Assert.InRange(expected, lower - 1e-10, (upper * (1 + 1e-12)) + 1e-10);
    }

    // The discrete Gaussian's lattice, and a Poisson-subsampled Gaussian by quadrature; both composed numerically here.
    [Theory]
    [InlineData("discrete-gaussian", "2", 16, null, "1e-05", 9.987010476321533)]
    [InlineData("subsampled-gaussian", "0.5", 1, "0.001", "1e-06", 1.085235709)]
    public async Task Interval_holds_the_reference_value_and_epsilon_is_its_upper_end(
        string mechanism, string sigma, int steps, string? rate, string delta, double expected)
    {
        string[] sampling = rate is null ? [] : ["--sampling-rate", rate];
        var result = await EpsilonAsync([
            "--mechanism", mechanism, "--noise-multiplier", sigma, "--steps", $"{steps}", "--delta", delta, .. sampling, "--accountant", "pld"]);

        Assert.InRange(expected, Figure(result, "lower") - 1e-6, Figure(result, "upper") + 1e-6);
        Assert.InRange(Figure(result, "upper"), expected - 1e-6, (1.01 * expected) + 0.01);
        Assert.Equal(Figure(result, "upper"), Figure(result, "epsilon"));
        Assert.Equal("pld", result.Json.GetProperty("accountant").GetString());
    }

    [Fact]
    public async Task Accountant_that_does_not_cover_the_mechanism_is_a_usage_error()
    {
        AssertUsage(
            await EpsilonAsync("--mechanism", "laplace", "--noise-multiplier", "2", "--steps", "1", "--delta", "1e-5", "--accountant", "gdp"), "");
    }

    [Fact]
    public async Task Numbers_have_at_most_twelve_significant_digits()
    {
        var result = await EpsilonAsync("--mechanism", "gaussian", "--noise-multiplier", "3", "--steps", "7", "--delta", "1e-5");

        foreach (var member in new[] { "epsilon", "lower", "upper" })
        {
            var digits = result.Json.GetProperty(member).GetRawText().Replace(".", "", StringComparison.Ordinal).TrimStart('0');
            Assert.InRange(digits.Length, 1, 12);
        }
    }

    [Fact]
    public async Task Sensitivity_divides_the_noise_multiplier()
    {
        string[] common = ["--steps", "10", "--delta", "1e-5"];
        var one = await EpsilonAsync(["--mechanism", "gaussian", "--noise-multiplier", "2", .. common]);
        var three = await EpsilonAsync(["--mechanism", "gaussian", "--noise-multiplier", "6", "--sensitivity", "3", .. common]);
        Assert.Equal(Figure(one, "epsilon"), Figure(three, "epsilon"));
    }

    [Fact]
    public async Task Replacing_costs_what_a_root_of_two_less_noise_costs()
    {
        string[] common = ["--mechanism", "gaussian", "--steps", "10", "--delta", "1e-5"];
        var replace = await EpsilonAsync([.. common, "--noise-multiplier", "2", "--adjacency", "replace-one"]);
        var add = await EpsilonAsync([.. common, "--noise-multiplier", "1.4142135623730951"]);
        Assert.Equal(Figure(add, "epsilon"), Figure(replace, "epsilon"), 1e-9);
        Assert.Equal("replace-one", replace.Json.GetProperty("adjacency").GetString());
    }

    [Fact]
    public async Task No_steps_cost_nothing()
    {
        var result = await EpsilonAsync("--mechanism", "gaussian", "--noise-multiplier", "1", "--steps", "0", "--delta", "1e-5");
        Assert.Equal(0, Figure(result, "epsilon"));
    }

    [Fact]
    public async Task Events_of_a_file_cost_what_the_same_steps_cost()
    {
        var file = _commands.Write("events.json", """
            [ {"noiseMultiplier": 2, "mechanism": "gaussian", "count": 4}, {"mechanism": "gaussian", "noiseMultiplier": 2, "count": 6} ]
            """u8.ToArray());
        var events = await EpsilonAsync("--events", file, "--delta", "1e-6");
        Assert.Equal(8.306225049954728, Figure(events, "epsilon"), 1e-8);
    }

    [Theory]
    [InlineData("""[{"mechanism":"gaussian","noiseMultiplier":0}]""")]
    [InlineData("""[{"mechanism":"gaussian","noiseMultiplier":1,"count":-1}]""")]
    [InlineData("""[{"mechanism":"gausian","noiseMultiplier":1}]""")]
    [InlineData("""[{"mechanism":"gaussian"}]""")]
    [InlineData("""[{"mechanism":"gaussian","noiseMultiplier":1,"sigma":2}]""")]
    [InlineData("""[{"mechanism":"discrete-gaussian","sigmaSquared":"-1"}]""")]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("nonsense")]
    public async Task File_that_is_no_list_of_events_is_a_usage_error(string content)
    {
        var file = _commands.Write("events.json", System.Text.Encoding.UTF8.GetBytes(content));
        AssertUsage(await EpsilonAsync("--events", file, "--delta", "1e-6"), file);
    }

    [Theory]
    [InlineData("--noise-multiplier", "0", "--noise-multiplier is 0")]
    [InlineData("--noise-multiplier", "-1", "--noise-multiplier is -1")]
    [InlineData("--noise-multiplier", "NaN", "--noise-multiplier is NaN")]
    [InlineData("--noise-multiplier", "1e400", "--noise-multiplier is 1e400")]
    [InlineData("--delta", "1", "--delta is 1")]
    [InlineData("--delta", "0", "--delta is 0")]
    [InlineData("--delta", "NaN", "--delta is NaN")]
    [InlineData("--steps", "-1", "--steps is -1")]
    [InlineData("--sensitivity", "0", "--sensitivity is 0")]
    [InlineData("--sampling-rate", "0.5", "--sampling-rate belongs to subsampled-gaussian")]
    [InlineData("--contribution", "vector", "--contribution belongs to discrete-gaussian")]
    [InlineData("--adjacency", "replace-on", "did you mean 'replace-one'?")]
    [InlineData("--accountant", "PLD", "did you mean 'pld'?")]
    [InlineData("--mechanism", "gausian", "did you mean 'gaussian'?")]
    [InlineData("--mechanism", "subsampled-gaussian", "--sampling-rate is missing")]
    public async Task Option_out_of_range_is_a_usage_error_that_names_it(string option, string value, string expected)
    {
        var options = new Dictionary<string, string>
        {
            ["--mechanism"] = "gaussian",
            ["--noise-multiplier"] = "1",
            ["--steps"] = "1",
            ["--delta"] = "1e-5",
            [option] = value,
        };
        AssertUsage(await EpsilonAsync([.. options.SelectMany(pair => new[] { pair.Key, pair.Value })]), expected);
    }

    [Theory]
    [InlineData("gaussian", 1, 10, "1e-05", 11.797293077095892)]
    [InlineData("gaussian", 8, 1, "1e-05", 0.6002290721989516)]
    [InlineData("gaussian", 10, 1000, "0.001", 12.84073069037579)]
    [InlineData("discrete-gaussian", 2, 20, "1e-05", 8.916600325688105)]
    public async Task Noise_is_the_reference_value_and_enough_as_it_is_printed(string mechanism, double epsilon, int steps, string delta, double expected)
    {
        string[] common = ["--mechanism", mechanism, "--steps", $"{steps}", "--delta", delta];
        var noise = await _commands.RunAsync(["accountant", "noise", .. common, "--epsilon", $"{epsilon}", "--json"]);

        Assert.Equal(["noiseMultiplier", "epsilon"], noise.Json.EnumerateObject().Select(member => member.Name));
        var tolerance = mechanism == "gaussian" ? 1e-9 : 1e-3;
        Assert.Equal(expected, Figure(noise, "noiseMultiplier"), expected * tolerance);
        var printed = noise.Json.GetProperty("noiseMultiplier").GetRawText();
        var again = await EpsilonAsync([.. common, "--noise-multiplier", printed]);
        Assert.InRange(Figure(again, "epsilon"), epsilon * (1 - 1e-6), epsilon);
        Assert.Equal(Figure(again, "epsilon"), Figure(noise, "epsilon"));
    }

    [Fact]
    public async Task Noise_for_an_epsilon_out_of_range_is_a_usage_error()
    {
        AssertUsage(await _commands.RunAsync("accountant", "noise", "--epsilon", "0", "--delta", "1e-5", "--steps", "1", "--json"), "--epsilon is 0");
        AssertUsage(await _commands.RunAsync("accountant", "noise", "--epsilon", "1", "--delta", "1e-5", "--steps", "0", "--json"), "--steps is 0");
    }

    [Fact]
    public async Task Curve_rises_ends_at_the_whole_cost_and_is_a_picture()
    {
        var png = Path.Combine(_commands.Folder.FullName, "curve.png");
        string[] arguments = ["accountant", "curve", "--noise-multiplier", "5", "--steps", "1000", "--delta", "1e-5", "--output", png];
        var result = await _commands.RunAsync([.. arguments, "--json"]);

        var epsilons = result.Json.GetProperty("points").EnumerateArray().Select(point => point.GetProperty("epsilon").GetDouble()).ToList();
        Assert.Equal(epsilons.Order(), epsilons);
        Assert.Equal(46.2112101912181, epsilons[^1], 1e-7);

        var image = new byte[1200 * 750 * 3];
        new ImageDecoder(new DecodeLimits()).Decode(await File.ReadAllBytesAsync(png), new ImageShape(1200, 750, 3), ResizeMode.Fit, image);
        Assert.InRange(image.Count(value => value < 128), 1000, image.Length / 4);

        var text = await _commands.RunAsync(arguments);
        Assert.Contains('█', text.Output);
        Assert.Contains("1000 iterations", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Samples_have_the_moments_of_the_discrete_gaussian()
    {
        const int Count = 200_000;
        var result = await _commands.RunAsync("accountant", "sample", "--mechanism", "discrete-gaussian", "--sigma", "5", "--count", $"{Count}");

        var samples =
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (double)long.Parse(line, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Count, samples.Count);

        // At σ = 5 the variance is 25 to nine digits. Six standard errors: a false alarm in 2e-9 of all runs each.
        Assert.InRange(samples.Average(), -6 * 5 / Math.Sqrt(Count), 6 * 5 / Math.Sqrt(Count));
        Assert.InRange(samples.Average(sample => sample * sample), 25 - (6 * 25 * Math.Sqrt(2d / Count)), 25 + (6 * 25 * Math.Sqrt(2d / Count)));
    }

    [Fact]
    public async Task Samples_with_json_are_one_object()
    {
        var result = await _commands.RunAsync("accountant", "sample", "--sigma-squared", "1/3", "--count", "9000", "--json");

        Assert.Equal("1/3", result.Json.GetProperty("sigmaSquared").GetString());
        Assert.Equal(9000, result.Json.GetProperty("samples").GetArrayLength());
    }

    [Theory]
    [InlineData("--sigma", "0", "--count", "1")]
    [InlineData("--sigma", "1e20", "--count", "1")]
    [InlineData("--sigma", "1", "--count", "-1")]
    [InlineData("--sigma-squared", "1/0", "--count", "1")]
    [InlineData("--sigma", "1", "--sigma-squared", "1", "--count", "1")]
    [InlineData("--sigma", "1", "--count", "1", "--mechanism", "gaussian")]
    public async Task Samples_of_nonsense_are_a_usage_error(params string[] arguments)
    {
        AssertUsage(await _commands.RunAsync(["accountant", "sample", .. arguments, "--json"]), "");
    }

    public void Dispose() => _commands.Dispose();

    private static double Figure(CommandResult result, string member) => result.Json.GetProperty(member).GetDouble();

    private static void AssertUsage(CommandResult result, string expected)
    {
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Equal(JsonValueKind.String, result.Json.GetProperty("error").ValueKind);
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
    }

    private Task<CommandResult> EpsilonAsync(params string[] arguments) => _commands.RunAsync(["accountant", "epsilon", .. arguments, "--json"]);
}
