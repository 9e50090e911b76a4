using System.CommandLine;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Accounting;

/// <summary>The options that describe a mechanism and how to account for it, and what they may hold.</summary>
/// <param name="mechanismByDefault">What <c>--mechanism</c> is when it is left out; null if it may be left out without a default.</param>
internal sealed class MechanismOptions(string? mechanismByDefault)
{
    private static readonly IReadOnlyList<(string, MechanismKind)> _mechanisms =
    [
        ("gaussian", MechanismKind.Gaussian),
        ("discrete-gaussian", MechanismKind.DiscreteGaussian),
        ("subsampled-gaussian", MechanismKind.SubsampledGaussian),
        ("laplace", MechanismKind.Laplace),
    ];

    private readonly Option<string> _mechanism = new("--mechanism")
    {
        Description = "gaussian, discrete-gaussian, subsampled-gaussian or laplace" + (mechanismByDefault is null ? "." : $" (default: {mechanismByDefault})."),
        HelpName = "NAME",
    };

    private readonly Option<int?> _steps = new("--steps") { Description = "How many measurements.", HelpName = "T" };

    private readonly Option<double?> _delta = new("--delta") { Description = "δ of the whole, inside (0, 1).", HelpName = "D" };

    private readonly Option<double?> _samplingRate = new("--sampling-rate")
    {
        Description = "Chance of a unit to be in the sample; subsampled-gaussian only.",
        HelpName = "Q",
    };

    private readonly Option<string> _sensitivity = new("--sensitivity")
    {
        Description = "How far one unit moves the query, in L2 (laplace: L1); the effective noise multiplier is S/D2 (default: 1).",
        HelpName = "D2",
    };

    private readonly Option<string> _contribution = new("--contribution")
    {
        Description = "Where that movement lies, discrete-gaussian only: one-coordinate or vector (default: one-coordinate).",
        HelpName = "SHAPE",
    };

    private readonly Option<string> _adjacency = new("--adjacency")
    {
        Description = "Which datasets are neighbours: add-remove or replace-one (default: add-remove).",
        HelpName = "RELATION",
    };

    private readonly Option<string> _accountant = new("--accountant")
    {
        Description = "auto, gdp, pld or rdp (default: auto, the tightest).",
        HelpName = "NAME",
    };

    /// <summary>All options.</summary>
    public IReadOnlyList<Symbol> Symbols => [_mechanism, _steps, _delta, _samplingRate, _sensitivity, _contribution, _adjacency, _accountant];

    /// <summary>Whether any option is given that describes a mechanism.</summary>
    public bool DescribeMechanism(ParseResult parsed) =>
        new Option[] { _mechanism, _steps, _samplingRate, _sensitivity, _contribution }.Any(option => parsed.GetResult(option) is not null);

    /// <summary>Reads the mechanism.</summary>
    /// <exception cref="CommandException">An option is missing, out of range or out of place.</exception>
    public Mechanism Mechanism(ParseResult parsed)
    {
        var name = parsed.GetValue(_mechanism) ?? mechanismByDefault
            ?? throw new CommandException(ExitCode.Usage, "--mechanism is missing: gaussian, discrete-gaussian, subsampled-gaussian or laplace.");
        var kind = Choice.Read("--mechanism", name, _mechanisms);
        var rate = parsed.GetValue(_samplingRate);
        if (kind == MechanismKind.SubsampledGaussian != rate.HasValue)
        {
            throw new CommandException(ExitCode.Usage, rate.HasValue
                ? $"--sampling-rate belongs to subsampled-gaussian only; the mechanism is {name}."
                : "--sampling-rate is missing: subsampled-gaussian needs it.");
        }

        if (rate is not (null or (>= 0 and <= 1)))
        {
            throw new CommandException(ExitCode.Usage, $"--sampling-rate is {rate}; it must lie between 0 and 1.");
        }

        var sensitivity = Number.Positive("--sensitivity", parsed.GetValue(_sensitivity) ?? "1");
        if (kind == MechanismKind.DiscreteGaussian && !(sensitivity.Value.Denominator.IsOne && sensitivity.Value.Numerator <= int.MaxValue))
        {
            throw new CommandException(
                ExitCode.Usage, $"--sensitivity is {sensitivity.Nearest}; of a query in whole numbers it is a whole number from 1 to {int.MaxValue}.");
        }

        if (kind != MechanismKind.DiscreteGaussian && parsed.GetResult(_contribution) is not null)
        {
            throw new CommandException(ExitCode.Usage, $"--contribution belongs to discrete-gaussian only; the mechanism is {name}.");
        }

        var contribution = Choice.Read(
            "--contribution",
            parsed.GetValue(_contribution) ?? "one-coordinate",
            [("one-coordinate", ContributionShape.OneCoordinate), ("vector", ContributionShape.Vector)]);
        return new Mechanism(kind, name, sensitivity, rate ?? 1, contribution);
    }

    /// <summary>Reads T.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="fewest">0 or 1.</param>
    public int Steps(ParseResult parsed, int fewest)
    {
        var steps = parsed.GetValue(_steps) ?? throw new CommandException(ExitCode.Usage, "--steps is missing: how many measurements there are.");
        return steps >= fewest
            ? steps
            : throw new CommandException(ExitCode.Usage, $"--steps is {steps}; it must be at least {fewest}.");
    }

    /// <summary>Reads δ.</summary>
    public double Delta(ParseResult parsed) => Number.Delta(
        "--delta", parsed.GetValue(_delta) ?? throw new CommandException(ExitCode.Usage, "--delta is missing: a number strictly between 0 and 1."));

    /// <summary>Reads the adjacency.</summary>
    public Adjacency Adjacency(ParseResult parsed) => Choice.Read(
        "--adjacency",
        parsed.GetValue(_adjacency) ?? "add-remove",
        [("add-remove", Privacy.Accounting.Adjacency.AddRemove), ("replace-one", Privacy.Accounting.Adjacency.ReplaceOne)]);

    /// <summary>Reads the accountant.</summary>
    public AccountantKind Accountant(ParseResult parsed) => Choice.Read(
        "--accountant",
        parsed.GetValue(_accountant) ?? "auto",
        [("auto", AccountantKind.Auto), ("gdp", AccountantKind.Gdp), ("pld", AccountantKind.Pld), ("rdp", AccountantKind.Rdp)]);
}
