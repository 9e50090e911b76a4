using System.Globalization;
using System.Numerics;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Privacy.Tests.Mechanisms;

/// <summary>Plays back draws of [m, value], and fails if another m is asked for.</summary>
internal readonly struct RecordedUniforms(Queue<(BigInteger Bound, BigInteger Value)> draws) : IUniformIntegers
{
    public TInteger Below<TInteger>(TInteger bound)
        where TInteger : IBinaryInteger<TInteger>
    {
        (var expected, var value) = draws.Dequeue();
        Assert.Equal(expected.ToString(CultureInfo.InvariantCulture), bound.ToString(null, CultureInfo.InvariantCulture));
        return TInteger.CreateChecked(value);
    }
}
