using System.Security.Cryptography;
using System.Text;
using DpSynth.Numerics;
using DpSynth.Privacy;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.EndToEnd.TestHost;

/// <summary>Noise that depends on its purpose alone, so that a run can be compared with another. Offers no privacy.</summary>
public sealed class SeededNoise : IDiscreteGaussianNoise
{
    public void Fill(Span<long> destination, Rational sigmaSquared, string purpose)
    {
        // The run's id is left out: two runs of the same request under different ids are to be compared.
        var place = purpose[(purpose.IndexOf('/') + 1)..];
        var random = new SeededRandom(BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(place))));
        var sigma = Math.Sqrt(sigmaSquared.ToDouble());
        foreach (ref var value in destination)
        {
            value = (long)Math.Round(random.NextGaussian() * sigma);
        }
    }
}
