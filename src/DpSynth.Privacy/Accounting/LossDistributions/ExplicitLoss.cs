namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>The loss of a pair of distributions over finitely many outcomes.</summary>
internal sealed class ExplicitLoss : PrivacyLoss
{
    private readonly (double Loss, double LogMass)[] _atoms;

    /// <summary>Makes the law of ln p/q under p.</summary>
    internal ExplicitLoss(ReadOnlySpan<double> p, ReadOnlySpan<double> q)
    {
        List<(double Loss, double LogMass)> atoms = [];
        for (var i = 0; i < p.Length; i++)
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
        var sum = double.NegativeInfinity;
        foreach ((var loss, var logMass) in _atoms)
        {
            sum = Exponentials.LogSum(sum, logMass + (theta * loss));
        }

        return sum;
    }

    internal override double LogDelta(double epsilon)
    {
        var sum = InfiniteMass;
        foreach ((var loss, var logMass) in _atoms)
        {
            sum += loss > epsilon ? Math.Exp(logMass) * -Exponentials.MinusOne(epsilon - loss) : 0;
        }

        return Math.Log(sum);
    }

    internal override (double Lowest, double Highest) Range(in Mesh mesh, double logScale)
    {
        var first = FirstThatMatters(mesh, logScale);
        return first == _atoms.Length ? (0, 0) : (_atoms[first].Loss, _atoms[^1].Loss);
    }

    internal override IEnumerable<(double Loss, double LogMass)> Sketch(Mesh mesh, double logScale) => _atoms;

    internal override void PutOn(MeshedLossBuilder builder)
    {
        var first = FirstThatMatters(builder.Mesh, builder.LogScale);
        for (var i = 0; i < _atoms.Length; i++)
        {
            if (i < first)
            {
                builder.AddBelow(_atoms[first].Loss, _atoms[i].LogMass);
            }
            else
            {
                builder.Add(_atoms[i].Loss, _atoms[i].LogMass);
            }
        }
    }

    /// <summary>The first of the atoms whose mass may not be moved up to it: a steep tilt leaves only those next to the largest loss.</summary>
    private int FirstThatMatters(in Mesh mesh, double logScale)
    {
        var below = double.NegativeInfinity;
        for (var i = 0; i + 1 < _atoms.Length; i++)
        {
            below = Exponentials.LogSum(below, _atoms[i].LogMass);
            if (below + (mesh.Tilt * _atoms[i + 1].Loss) - logScale >= Math.Log(mesh.NegligibleMass))
            {
                return i;
            }
        }

        return Math.Max(0, _atoms.Length - 1);
    }
}
