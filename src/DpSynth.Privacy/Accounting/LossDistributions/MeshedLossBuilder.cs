namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Collects the atoms (loss, probability under P) of one measurement and rounds them to the grid, up and down.</summary>
/// <remarks>
/// <para>
/// Up: "connect the dots" (Doroshenko, Ghazi, Kamath, Kumar, Manurangsi 2022, arXiv 2207.04380). An atom between two grid points is
/// split between them such that its probability stays the same under P and under Q. δ(ε) is then exact at grid points and too large
/// between them by a term of second order in h; a pair with a larger curve keeps it larger under composition.
/// </para>
/// <para>Down: see <see cref="OptimisticRounding"/>.</para>
/// </remarks>
internal sealed class MeshedLossBuilder
{
    /// <summary>Tilted mass in one pool from which a law counts as narrow beside the mesh.</summary>
    private const double NarrowPool = 0.1;

    private readonly int _first;
    private readonly double _stepFactor;
    private readonly double _cellSpan;
    private readonly double[] _pessimistic;
    private readonly double[] _pool;
    private readonly double[] _defect;
    private readonly double[] _floored;
    private double _infinite;
    private bool _exact = true;

    /// <summary>Makes room for losses between two bounds.</summary>
    private MeshedLossBuilder(Mesh mesh, double origin, double logScale, double lowest, double highest)
    {
        Mesh = mesh;
        Origin = origin;
        LogScale = logScale;
        _first = (int)Math.Floor((lowest - origin) / mesh.Interval) - 1;
        var last = (int)Math.Ceiling((highest - origin) / mesh.Interval) + 1;
        _pessimistic = new double[last - _first + 1];
        _pool = new double[_pessimistic.Length];
        _defect = new double[_pessimistic.Length];
        _floored = new double[_pessimistic.Length];
        _stepFactor = Math.Exp(mesh.Tilt * mesh.Interval);
        _cellSpan = Exponentials.MinusOne(-mesh.Interval);
    }

    internal Mesh Mesh { get; }

    internal double Origin { get; }

    internal double LogScale { get; }

    /// <summary>The loss of a grid point.</summary>
    internal double Loss(int index) => Origin + (index * Mesh.Interval);

    /// <summary>The last grid point at or below a loss.</summary>
    internal int Floor(double loss) => (int)Math.Floor((loss - Origin) / Mesh.Interval);

    /// <summary>Adds an atom that lies on a grid point exactly.</summary>
    internal void AddOn(int index, double logMass)
    {
        var mass = Math.Exp(logMass + (Mesh.Tilt * Loss(index)) - LogScale);
        _pessimistic[index - _first] += mass;
        _pool[index - _first] += mass;
    }

    /// <summary>Adds an atom anywhere.</summary>
    internal void Add(double loss, double logMass)
    {
        var index = Floor(loss);
        AddInCell(index, loss - Loss(index) > Mesh.Interval / 2, loss, logMass, 1);
    }

    /// <summary>Adds an atom to a half of the cell between the grid points <paramref name="index"/> and index + 1.</summary>
    /// <param name="index">The cell.</param>
    /// <param name="upperHalf">Which half.</param>
    /// <param name="loss">The loss, inside that half but for rounding.</param>
    /// <param name="logMass">ln of the mass, without <paramref name="weight"/>.</param>
    /// <param name="weight">A factor of the mass.</param>
    internal void AddInCell(int index, bool upperHalf, double loss, double logMass, double weight)
    {
        _exact = false;
        var low = Loss(index);
        var below = Math.Clamp(low - loss, -Mesh.Interval, 0);
        var mass = weight * Math.Exp(logMass + (Mesh.Tilt * low) - LogScale);
        var share = Exponentials.MinusOne(below) / _cellSpan;

        // A place that wrapped around would lie outside of the arrays, which have fewer than 2³¹ − 1 places, and throw there.
        var place = unchecked(index - _first);
        _pessimistic[place] += mass * (1 - share);
        _pessimistic[unchecked(place + 1)] += mass * share * _stepFactor;
        if (upperHalf)
        {
            mass *= _stepFactor;
            below += Mesh.Interval;
            place = unchecked(place + 1);
        }

        _pool[place] += mass;
        _defect[place] -= mass * Exponentials.MinusOne(below);
    }

    /// <summary>Adds mass whose loss is at most <paramref name="loss"/>, far down: rounded up from above, left out from below.</summary>
    internal void AddBelow(double loss, double logMass)
    {
        _exact = false;
        var index = Floor(loss) + 1;
        _pessimistic[index - _first] += Math.Exp(logMass + (Mesh.Tilt * Loss(index)) - LogScale);
    }

    /// <summary>Adds mass whose loss is at least <paramref name="loss"/>, far up: infinite from above, rounded down from below.</summary>
    internal void AddAbove(double loss, double logMass)
    {
        _exact = false;
        _infinite += Math.Exp(logMass);
        var index = Floor(loss);
        _floored[index - _first] += Math.Exp(logMass + (Mesh.Tilt * Loss(index)) - LogScale);
    }

    /// <summary>Puts one measurement on a mesh.</summary>
    /// <param name="loss">Its loss.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="logScale">ln of the factor to take out: about ln E[e^(θL)].</param>
    internal static MeshedLoss Build(PrivacyLoss loss, Mesh mesh, double logScale)
    {
        (var lowest, var highest) = loss.Range(mesh, logScale);
        var origin = loss.Origin;
        MeshedLossBuilder builder = new(mesh, origin, logScale, lowest, highest);
        loss.PutOn(builder);
        for (var pass = 0; pass < 2 && loss.Spacing == 0 && builder.CentreOfNarrowPool() is { } centre; pass++)
        {
            origin = centre;
            builder = new MeshedLossBuilder(mesh, origin, logScale, lowest, highest);
            loss.PutOn(builder);
        }

        var optimistic = builder._exact
            ? builder._pessimistic
            : OptimisticRounding.Of(builder._pool, builder._defect, builder._floored, mesh);
        return new MeshedLoss(
            origin,
            new GridMasses(builder._first, builder._pessimistic),
            new GridMasses(builder._first, optimistic),
            builder._infinite + loss.InfiniteMass,
            loss.InfiniteMass,
            logScale);
    }

    /// <summary>
    /// The loss of the fullest pool, if it holds much of the law without its ratio being that of its grid point: a law so narrow beside
    /// the mesh should lie on a grid point.
    /// </summary>
    private double? CentreOfNarrowPool()
    {
        var fullest = Array.IndexOf(_pool, _pool.Max());
        var shortfall = _defect[fullest] / _pool[fullest];
        return _pool[fullest] > NarrowPool && Math.Abs(shortfall) > 1e-6 * Mesh.Interval
            ? Loss(_first + fullest) - NormalDistribution.LogOnePlus(-shortfall)
            : null;
    }
}
