using System.Reflection;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Privacy.Tests.Mechanisms;

public sealed class SecureDiscreteGaussianNoiseTests
{
    private static readonly Assembly Product = typeof(SecureDiscreteGaussianNoise).Assembly;

    [Fact]
    public void Product_has_no_noise_but_the_secure_one()
    {
        Assert.Equal([typeof(SecureDiscreteGaussianNoise)], Implementations(typeof(IDiscreteGaussianNoise)));
        Assert.Equal([typeof(SecureRandomBytes)], Implementations(typeof(IRandomBytes)));
        Assert.Equal([typeof(UniformIntegers)], Implementations(typeof(IUniformIntegers)));
    }

    [Fact]
    public void Nothing_outside_the_product_can_give_the_secure_noise_another_generator()
    {
        ConstructorInfo constructor = Assert.Single(typeof(SecureDiscreteGaussianNoise).GetConstructors());
        Assert.Empty(constructor.GetParameters());
        foreach (Type type in new[] { typeof(IRandomBytes), typeof(RandomBits), typeof(IUniformIntegers), typeof(UniformIntegers) })
        {
            Assert.False(type.IsVisible, $"{type.Name} is public.");
            Assert.DoesNotContain(
                Product.GetExportedTypes().SelectMany(exported => exported.GetMembers()).OfType<MethodBase>(),
                method => method.GetParameters().Any(parameter => parameter.ParameterType == type));
        }

        Assert.Equal(
            [nameof(IDiscreteGaussianNoise.Fill)],
            typeof(SecureDiscreteGaussianNoise).GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .OfType<MethodInfo>().Select(method => method.Name));
    }

    /// <summary>The product has no generator but the operating system's; one that were seeded would repeat itself here.</summary>
    [Fact]
    public void Every_instance_draws_noise_of_its_own()
    {
        var drawn = Enumerable.Range(0, 100).Select(_ =>
        {
            var noise = new long[4];
            new SecureDiscreteGaussianNoise().Fill(noise, Rational.Parse("1000000000000"), "run/iteration-001/0");
            return string.Join(' ', noise);
        });

        Assert.Equal(100, drawn.Distinct().Count());
    }

    [Fact]
    public void Operating_systems_generator_fills_the_whole_and_never_alike()
    {
        var filled = Enumerable.Range(0, 100).Select(_ =>
        {
            var bytes = new byte[64];
            new SecureRandomBytes().Fill(bytes);
            return bytes;
        }).ToArray();

        Assert.Equal(100, filled.Select(Convert.ToHexString).Distinct().Count());

        // A byte that were left out would be 0 a hundred times; chance does that once in 256^100.
        Assert.All(Enumerable.Range(0, 64), place => Assert.Contains(filled, bytes => bytes[place] != 0));
    }

    [Fact]
    public void Two_calls_draw_different_noise()
    {
        SecureDiscreteGaussianNoise noise = new();
        var first = new long[8];
        var second = new long[8];
        noise.Fill(first, Rational.Parse("1000000000000"), "run/iteration-001/0");
        noise.Fill(second, Rational.Parse("1000000000000"), "run/iteration-001/0");

        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Random_bytes_are_wiped_as_they_are_used_and_when_they_are_not()
    {
        CapturingRandomBytes bytes = new();
        using (RandomBits bits = new(bytes, 4))
        {
            bits.Next(64);
            Assert.Equal(0, bytes.First());
            Assert.Equal(0xFF, bytes.Last());
        }

        Assert.Equal(0, bytes.Last());
    }

    [Theory]
    [InlineData("1267650600228229401496703205376")]
    public void Noise_that_does_not_fit_in_64_bits_is_refused(string sigmaSquared) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SecureDiscreteGaussianNoise().Fill(new long[1], Rational.Parse(sigmaSquared), ""));

    [Fact]
    public void Sigma_of_zero_or_nothing_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SecureDiscreteGaussianNoise().Fill(new long[1], default, ""));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rational.FromDouble(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rational.FromDouble(double.NaN));
        Assert.Throws<FormatException>(() => Rational.Parse("0"));
    }

    private static Type[] Implementations(Type port) =>
        [.. Product.GetTypes().Where(type => port.IsAssignableFrom(type) && !type.IsInterface)];

    /// <summary>Fills with 0xFF and keeps hold of the buffer it filled.</summary>
    private sealed unsafe class CapturingRandomBytes : IRandomBytes
    {
        private byte* _filled;
        private int _length;

        public void Fill(Span<byte> destination)
        {
            destination.Fill(0xFF);
            _length = destination.Length;
            fixed (byte* first = destination)
            {
                // The buffer is pinned for as long as its owner lives.
                _filled = first;
            }
        }

        public byte First() => _filled[0];

        public byte Last() => _filled[_length - 1];
    }
}
