using DpSynth.Imaging;
using DpSynth.Numerics;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Tests.Generation;

/// <summary>
/// The smallest simulator there is: an image of one brightness. The brightness is its parameter; a variation of degree d moves it by at most ±128·d.
/// </summary>
internal sealed class BrightnessGenerator(ImageShape shape, bool variesFromImages = false, GenerationNotes? notes = null) : IGenerator
{
    public int ParameterCount => 1;

    public bool VariesFromImages => variesFromImages;

    public ValueTask<CandidateBatch> RandomAsync(string? className, ReadOnlyMemory<ulong> seeds, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Draw(seeds.Length, i => (float)(new SeededRandom(seeds.Span[i]).NextDouble() * 255)));

    public ValueTask<CandidateBatch> VaryAsync(
        CandidateBatch parents, ReadOnlyMemory<int> parentOf, VariationDegree degree, string? className, ReadOnlyMemory<ulong> seeds,
            CancellationToken cancellationToken)
    {
        Assert.Equal(variesFromImages, variesFromImages && parents.Images is not null);
        return ValueTask.FromResult(Draw(seeds.Length, i =>
        {
            var parent = variesFromImages ? parents.Images![parentOf.Span[i]][0] : parents.ParametersOf(parentOf.Span[i])[0];
            return (float)Math.Clamp(parent + (new SeededRandom(seeds.Span[i]).NextDouble() * 2 - 1) * 128 * degree.Value!.Value, 0, 255);
        }));
    }

    private CandidateBatch Draw(int count, Func<int, float> brightness)
    {
        var images = new ImageBatch(shape, count);
        var parameters = new float[count];
        for (var i = 0; i < count; i++)
        {
            parameters[i] = brightness(i);
            images[i].Fill((byte)parameters[i]);
        }

        return new CandidateBatch(images, parameters, count, 1) { Notes = notes ?? GenerationNotes.None };
    }

    internal sealed class Factory(bool variesFromImages = false, GenerationNotes? notes = null) : IGeneratorFactory
    {
        public int Made { get; private set; }

        public ValueTask<IGenerator> CreateAsync(GeneratorOptions options, ImageShape shape, CancellationToken cancellationToken)
        {
            Made++;
            return ValueTask.FromResult<IGenerator>(new BrightnessGenerator(shape, variesFromImages, notes));
        }
    }
}
