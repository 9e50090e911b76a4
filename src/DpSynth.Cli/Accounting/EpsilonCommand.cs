using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Accounting;

/// <summary><c>dpsynth accountant epsilon</c>.</summary>
internal static class EpsilonCommand
{
    private static readonly MechanismOptions _options = new(mechanismByDefault: null);

    private static readonly Option<string> _noiseMultiplier = NoiseMultiplier();

    private static readonly Option<string> _events = new("--events")
    {
        Description = "A file with a JSON list of privacy events, in place of a mechanism.",
        HelpName = "FILE",
    };

    /// <summary>The option <c>--noise-multiplier</c>.</summary>
    public static Option<string> NoiseMultiplier() => new("--noise-multiplier")
    {
        Description = "The noise's standard deviation in units of the query (laplace: its scale), exactly the decimal typed.",
        HelpName = "S",
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "epsilon",
        "Say what measurements cost: ε at a δ, with a certified interval.",
        [_noiseMultiplier, .. _options.Symbols, _events],
        (parsed, cancellationToken) => RunAsync(context, parsed, cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        var delta = _options.Delta(parsed);
        var adjacency = _options.Adjacency(parsed);
        var accountant = _options.Accountant(parsed);
        var events = parsed.GetValue(_events) is { } file ? await ReadAsync(parsed, file, cancellationToken) : OfMechanism(parsed);
        var bound = Account.Epsilon(events, delta, adjacency, accountant);
        context.Terminal.Result(
            new EpsilonAnswer(
                Finite(SignificantDigits.Up(bound.Epsilon)),
                Finite(SignificantDigits.Down(bound.Lower)),
                Finite(SignificantDigits.Up(bound.Upper)),
                bound.Accountant,
                adjacency),
            answer => Describe(answer, delta));
        return ExitCode.Success;
    }

    private static IReadOnlyList<PrivacyEvent> OfMechanism(ParseResult parsed)
    {
        var mechanism = _options.Mechanism(parsed);
        var noise = parsed.GetValue(_noiseMultiplier)
            ?? throw new CommandException(ExitCode.Usage, "--noise-multiplier is missing: the noise's standard deviation in units of the query.");
        return mechanism.Events(Number.Positive("--noise-multiplier", noise), _options.Steps(parsed, fewest: 0));
    }

    private static async Task<IReadOnlyList<PrivacyEvent>> ReadAsync(ParseResult parsed, string file, CancellationToken cancellationToken)
    {
        if (_options.DescribeMechanism(parsed) || parsed.GetResult(_noiseMultiplier) is not null)
        {
            throw new CommandException(ExitCode.Usage, "--events says everything about the mechanisms: leave the other options about them out.");
        }

        if (!File.Exists(file))
        {
            throw new CommandException(ExitCode.NotFound, $"There is no file {file}.");
        }

        try
        {
            await using var stream = File.OpenRead(file);
            var events = await JsonSerializer.DeserializeAsync<PrivacyEvent?[]>(stream, PrivacyJson.Options, cancellationToken);
            return [.. (events ?? throw new JsonException("null is no list.")).Select(static one => one ?? throw new JsonException("null is no event."))];
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or NotSupportedException)
        {
            var where = fault is JsonException { Path: { } path } ? $" at {path}" : "";
            throw new CommandException(ExitCode.Usage, $"{file} is not a list of privacy events{where}: {fault.Message.ReplaceLineEndings(" ").TrimEnd()}");
        }
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Describe(EpsilonAnswer answer, double delta)
    {
        string Text(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "infinite";
        var name = JsonSerializer.Serialize(answer.Accountant).Trim('"');
        var neighbours = JsonSerializer.Serialize(answer.Adjacency).Trim('"');
        return $"ε {Text(answer.Epsilon)} at δ {delta:R}, certainly between {Text(answer.Lower)} and {Text(answer.Upper)} ({name}, {neighbours})";
    }
}

/// <summary>What measurements cost, to twelve digits: upper bounds rounded up, the lower one down; null stands for ∞.</summary>
internal sealed record EpsilonAnswer(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Epsilon,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Lower,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Upper,
    AccountantKind Accountant,
    Adjacency Adjacency);
