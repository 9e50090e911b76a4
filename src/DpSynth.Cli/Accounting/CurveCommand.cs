using System.CommandLine;
using DpSynth.Cli.Terminals;
using DpSynth.Imaging.Charts;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Accounting;

/// <summary><c>dpsynth accountant curve</c>.</summary>
internal static class CurveCommand
{
    private const int MaxPoints = 48;

    private static readonly MechanismOptions _options = new(mechanismByDefault: "gaussian");

    private static readonly Option<string> _noiseMultiplier = EpsilonCommand.NoiseMultiplier();

    private static readonly Option<string> _output = new("--output") { Description = "Write the curve as a PNG too.", HelpName = "FILE.png" };

    public static Command Create(CommandContext context)
    {
        _noiseMultiplier.Required = true;
        return CommandContext.Command(
            "curve",
            "Draw ε against the number of iterations.",
            [_noiseMultiplier, .. _options.Symbols, _output],
            (parsed, cancellationToken) => RunAsync(context, parsed, cancellationToken));
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        var mechanism = _options.Mechanism(parsed);
        var text = parsed.GetRequiredValue(_noiseMultiplier);
        var noise = Number.Positive("--noise-multiplier", text);
        var steps = _options.Steps(parsed, fewest: 1);
        var delta = _options.Delta(parsed);
        var adjacency = _options.Adjacency(parsed);
        var accountant = _options.Accountant(parsed);
        var output = parsed.GetValue(_output);
        if (output is not null && !output.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            throw new CommandException(ExitCode.Usage, $"--output is {output}; the curve is written as PNG, so the name must end in .png.");
        }

        var points = new List<CurvePoint>();
        foreach (var iterations in Abscissae(steps))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bound = Account.Epsilon(mechanism.Events(noise, iterations), delta, adjacency, accountant);
            points.Add(new CurvePoint(iterations, SignificantDigits.Up(bound.Epsilon), bound.Accountant));
        }

        if (output is not null)
        {
            var chart = new LineChart
            {
                Title = $"{mechanism.Name}, noise multiplier {text}",
                VerticalLabel = $"epsilon at delta {Figures.Delta(delta)}, {(adjacency == Adjacency.AddRemove ? "add-remove" : "replace-one")}",
                HorizontalLabel = "iterations",
                WholeSteps = true,
                Points = [.. points.Select(point => new ChartPoint(point.Iterations, point.Epsilon))],
            };
            await File.WriteAllBytesAsync(output, chart.Render(), cancellationToken);
        }

        context.Terminal.Result(
            new CurveAnswer(delta, adjacency, points, output is null ? null : Path.GetFullPath(output)),
            answer => TerminalChart.Draw(answer.Points, $"ε at δ {Figures.Delta(delta)}, {mechanism.Name}, noise multiplier {text}"));
        return ExitCode.Success;
    }

    /// <summary>1 to T, or about fifty of them, closer together where the curve bends most.</summary>
    internal static IEnumerable<int> Abscissae(int steps)
    {
        var count = Math.Min(steps, MaxPoints);
        return count == steps
            ? Enumerable.Range(1, steps)
            : Enumerable.Range(0, count).Select(i => (int)(1 + Math.Round((steps - 1) * Math.Pow((double)i / (count - 1), 2)))).Distinct();
    }
}

/// <summary>ε against iterations.</summary>
internal sealed record CurveAnswer(double Delta, Adjacency Adjacency, IReadOnlyList<CurvePoint> Points, string? Output);

/// <summary>One point.</summary>
internal sealed record CurvePoint(int Iterations, double Epsilon, AccountantKind Accountant);
