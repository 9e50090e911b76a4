using System.Reflection;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Cli.Tests.Audit;

/// <summary>The command references every part of the product, so that all of it can be looked through here.</summary>
public sealed class ProductNoiseTests
{
    [Fact]
    public void No_part_of_the_product_has_noise_but_the_secure_one()
    {
        var product = Product();

        Assert.Contains(product, assembly => assembly.GetName().Name == "DpSynth.Functions");
        Assert.Equal(
            [typeof(SecureDiscreteGaussianNoise)],
            product.SelectMany(assembly => assembly.GetTypes()).Where(type => !type.IsInterface && typeof(IDiscreteGaussianNoise).IsAssignableFrom(type)));
        Assert.Equal(
            [typeof(SecureRandomBytes)],
            product.SelectMany(assembly => assembly.GetTypes()).Where(type => !type.IsInterface && typeof(IRandomBytes).IsAssignableFrom(type)));
    }

    private static Assembly[] Product() =>
    [
        .. Directory.GetFiles(AppContext.BaseDirectory, "*.dll")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(name => (name.StartsWith("DpSynth.", StringComparison.Ordinal) || name == "dpsynth") && !name.EndsWith("Tests", StringComparison.Ordinal))
            .Select(name => Assembly.Load(new AssemblyName(name))),
    ];
}
