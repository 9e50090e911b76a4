using DpSynth.Numerics;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Auditing;

namespace DpSynth.Cli.Audit.Mechanisms;

/// <summary>
/// Runs a mechanism many times with and without a canary, guesses each time which it was, and bounds the privacy that so many right
/// guesses leave.
/// </summary>
/// <remarks>
/// The claim under test is Gaussian differential privacy with the μ of the measured events, which is tight for them: a threshold
/// halfway between the worlds then tells most. The likelihood ratio has four fifths of the error probability α = 5%, the other
/// statistics share the rest; all bounds hold at once with probability 1 − α, so that a correct mechanism fails with probability 5%
/// at most (in fact about 0.3%: both of a statistic's error rates would have to be off).
/// </remarks>
internal sealed class MechanismAudit(MechanismAuditOptions options, AuditedMechanism mechanism)
{
    private const double Alpha = 0.05;
    private const double MainShare = 0.8;

    /// <summary>Datasets and populations that the trials are divided among.</summary>
    private const int Blocks = 20;

    private readonly AttackStatistics _statistics = new(mechanism);

    /// <summary>Runs the audit.</summary>
    /// <param name="report">Hears how many trials are done.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public MechanismAuditReport Run(Action<long>? report, CancellationToken cancellationToken)
    {
        var anyThreshold = AnyMechanismThreshold();
        var names = _statistics.Names;
        var falsePositives = new long[names.Count];
        var falseNegatives = new long[names.Count];
        (long FalsePositives, long FalseNegatives) any = default;
        var values = new double[names.Count];
        for (var block = 0; block < Blocks; block++)
        {
            var datasets = new NeighbouringDatasets(options, SeededRandom.Derive(1, (ulong)block));
            var with = CountAll(datasets, datasets.With);
            var without = CountAll(datasets, datasets.Without);
            var end = (int)((long)options.Trials * (block + 1) / Blocks);
            for (var trial = (int)((long)options.Trials * block / Blocks); trial < end; trial++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Attack(datasets, without, without, $"audit-{trial}-without", values);
                for (var i = 0; i < values.Length; i++)
                {
                    falsePositives[i] += values[i] > 0.5 ? 1 : 0;
                }

                any.FalsePositives += values[0] > anyThreshold ? 1 : 0;
                Attack(datasets, with, without, $"audit-{trial}-with", values);
                for (var i = 0; i < values.Length; i++)
                {
                    falseNegatives[i] += values[i] > 0.5 ? 0 : 1;
                }

                any.FalseNegatives += values[0] > anyThreshold ? 0 : 1;
            }

            report?.Invoke(2L * end);
        }

        var bounds = names.Select((name, i) => (Name: name, Mu: new TwoWorldAudit(falsePositives[i], falseNegatives[i], options.Trials)
            .MuLowerBound(i == 0 ? MainShare * Alpha : (1 - MainShare) * Alpha / (names.Count - 1))));
        var (strongest, mu) = bounds.MaxBy(bound => bound.Mu);
        var claimed = PrivacyAccountant.Epsilon(mechanism.Measurements, options.Delta).Epsilon;
        var audited = GaussianAccountant.Epsilon(mu, options.Delta);
        return new MechanismAuditReport
        {
            Passed = audited <= claimed,
            Epsilon = claimed,
            EpsilonLowerBound = audited,
            Delta = options.Delta,
            Confidence = 1 - Alpha,
            Statistic = strongest,
            Mu = _statistics.Mu,
            MuLowerBound = mu,
            EpsilonLowerBoundOfAnyMechanism =
                new TwoWorldAudit(any.FalsePositives, any.FalseNegatives, options.Trials).EpsilonLowerBound(options.Delta, Alpha),
            TrialsPerWorld = options.Trials,
            Iterations = options.Iterations,
            Neighbours = options.Neighbours,
            NoiseMultipliers = [.. mechanism.Measurements.Skip(1).Select(made => Math.Sqrt(made.SigmaSquared.ToDouble()) / made.Sensitivity)],
        };
    }

    /// <summary>Exact counts in the order of the measurements.</summary>
    private long[][] CountAll(NeighbouringDatasets datasets, Numerics.EmbeddingMatrix units) =>
        [mechanism.CountUnits(units), .. datasets.Populations.Select(population => mechanism.CountVotes(units, population))];

    /// <summary>One run of the mechanism on one of the datasets, and what the attacker makes of it.</summary>
    private void Attack(NeighbouringDatasets datasets, long[][] counts, long[][] known, string run, double[] values)
    {
        var measured = new long[counts.Length][];
        for (var i = 0; i < measured.Length; i++)
        {
            measured[i] = mechanism.Measure(i, counts[i], i == 0 ? $"{run}/class-counts/0" : $"{run}/iteration-{i:D3}/0");
            for (var j = 0; j < measured[i].Length; j++)
            {
                measured[i][j] -= known[i][j];
            }
        }

        _statistics.Compute(
            (double)measured[0][0] / mechanism.Grid.UnitsPerVote, measured[1..], datasets.Nearest, mechanism.Grid, values);
    }

    /// <summary>The threshold of the likelihood ratio at which a mechanism as claimed would give the largest bound on ε without assumptions.</summary>
    private double AnyMechanismThreshold()
    {
        var mu = _statistics.Mu;
        double Expected(double z)
        {
            var audit = new TwoWorldAudit(
                (long)Math.Round(options.Trials * NormalDistribution.Cdf(-z)),
                (long)Math.Round(options.Trials * NormalDistribution.Cdf(z - mu)),
                options.Trials);
            return audit.EpsilonLowerBound(options.Delta, Alpha);
        }

        return Enumerable.Range(0, 100).Select(step => (mu / 2) + (step * 0.05)).MaxBy(Expected) / mu;
    }
}
