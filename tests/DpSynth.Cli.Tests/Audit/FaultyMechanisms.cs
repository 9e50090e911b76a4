using DpSynth.Cli.Audit.Mechanisms;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using DpSynth.Privacy;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Cli.Tests.Audit;

/// <summary>Half the standard deviation that is claimed.</summary>
internal sealed class HalvedNoise(IDiscreteGaussianNoise noise) : IDiscreteGaussianNoise
{
    public void Fill(Span<long> destination, Rational sigmaSquared, string purpose) =>
        noise.Fill(destination, new Rational(sigmaSquared.Numerator, 4 * sigmaSquared.Denominator), purpose);
}

/// <summary>The noise of a run's first iteration in all its iterations.</summary>
internal sealed class ReusedNoise(IDiscreteGaussianNoise noise) : IDiscreteGaussianNoise
{
    private string _run = "";
    private long[] _drawn = [];

    public void Fill(Span<long> destination, Rational sigmaSquared, string purpose)
    {
        var parts = purpose.Split('/');
        if (!parts[1].StartsWith("iteration", StringComparison.Ordinal))
        {
            noise.Fill(destination, sigmaSquared, purpose);
            return;
        }

        if (_run != parts[0])
        {
            noise.Fill(destination, sigmaSquared, purpose);
            (_run, _drawn) = (parts[0], destination.ToArray());
        }

        _drawn.CopyTo(destination);
    }
}

/// <summary>Exact class counts.</summary>
internal sealed class LeakedClassCount(IDiscreteGaussianNoise noise) : IDiscreteGaussianNoise
{
    public void Fill(Span<long> destination, Rational sigmaSquared, string purpose)
    {
        if (purpose.Contains("/class-counts/", StringComparison.Ordinal))
        {
            destination.Clear();
        }
        else
        {
            noise.Fill(destination, sigmaSquared, purpose);
        }
    }
}

/// <summary>A whole vote for each of k candidates, where 1/√k is claimed.</summary>
internal sealed class UnscaledVotes(MechanismAuditOptions options, IDiscreteGaussianNoise noise) : AuditedMechanism(options, noise)
{
    private readonly int _neighbours = options.Neighbours;

    public override long[] CountVotes(EmbeddingMatrix units, EmbeddingMatrix candidates)
    {
        var histogram = new long[candidates.Rows];
        foreach (var candidate in NearestNeighbours.Find(units, candidates, Metric.L2, _neighbours).Indices)
        {
            histogram[candidate] += Grid.UnitsPerVote;
        }

        return histogram;
    }
}
