namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>The loss of a pair of distributions over finitely many outcomes.</summary>
internal sealed class ExplicitLoss : PrivacyLoss
{
    private readonly (double Loss, double LogMass)[] _atoms;

    /// <summary>Makes the law of ln p/q under p.</summary>
    internal ExplicitLoss(ReadOnlySpan<double> p, ReadOnlySpan<double> q)
    {
        List<(double Loss, double LogMass)> atoms = [];
        for (int i = 0; i < p.Length; i++)
        {
            if (p[i] > 0 && q[i] > 0)
            {
                atoms.Add((Math.Log(p[i]) - Math.Log(q[i]), Math.Log(p[i])));
            }
            else
            {
                InfiniteMass += p[i];
            }
        }

        _atoms = [.. atoms.OrderBy(atom => atom.Loss)];
        if (_atoms.Length > 0)
        {
            // Two different losses, as of randomised response, are a lattice.
            Origin = _atoms[0].Loss;
            Spacing = _atoms.All(atom => atom.Loss == _atoms[0].Loss || atom.Loss == _atoms[^1].Loss) ? _atoms[^1].Loss - Origin : 0;
        }
    }

    internal override double InfiniteMass { get; }

    internal override double Spacing { get; }

    internal override double Origin { get; }

    internal override bool IsLattice => Spacing > 0;

    internal override double LogMoment(double theta)
    {
        double sum = double.NegativeInfinity;
        foreach ((double loss, double logMass) in _atoms)
        {
            sum = Exponentials.LogSum(sum, logMass + (theta * loss));
        }

        return sum;
    }

    internal override double LogDelta(double epsilon)
    {
        double sum = InfiniteMass;
        foreach ((double loss, double logMass) in _atoms)
        {
            sum += loss > epsilon ? Math.Exp(logMass) * -Exponentials.MinusOne(epsilon - loss) : 0;
        }

        return Math.Log(sum);
    }

    internal override (double Lowest, double Highest) Range(in Mesh mesh, double logScale) => _atoms.Length == 0 ? (0, 0) : (_atoms[0].Loss, _atoms[^1].Loss);

    internal override IEnumerable<(double Loss, double LogMass)> Sketch(Mesh mesh, double logScale) => _atoms;

    internal override void PutOn(MeshedLossBuilder builder)
    {
        foreach ((double loss, double logMass) in _atoms)
        {
            builder.Add(loss, logMass);
        }
    }
}
