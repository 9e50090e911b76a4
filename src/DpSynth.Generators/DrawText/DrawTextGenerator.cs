using DpSynth.Catalogue.DrawText;
using DpSynth.Imaging;
using DpSynth.Imaging.Fonts;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators.DrawText;

/// <summary>The simulator <c>draw-text</c>; see <see cref="DrawTextOptions"/>. Knows nothing of classes. Thread-safe.</summary>
public sealed class DrawTextGenerator : IGenerator
{
    private const int ReferenceSide = 28;
    private const float LongerSidePerSize = 0.7f;
    private const int Chunk = 256;

    private readonly DrawTextOptions _options;
    private readonly ImageShape _shape;
    private readonly GlyphMaster[] _masters;
    private readonly int _fonts;
    private readonly GlyphWarp _warp;
    private readonly float _scale;

    internal DrawTextGenerator(DrawTextOptions options, ImageShape shape, IReadOnlyList<FontFile> fonts, GlyphLibrary library)
    {
        if (options.DescribeFault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _options = options;
        _shape = shape;
        _fonts = fonts.Count;
        _masters = library.Masters(fonts, options.Texts);
        _warp = new GlyphWarp(shape);
        _scale = Math.Min(shape.Width, shape.Height) / (float)ReferenceSide;
    }

    /// <inheritdoc/>
    public int ParameterCount => DrawTextParameters.Count;

    /// <inheritdoc/>
    public bool VariesFromImages => false;

    /// <inheritdoc/>
    public ValueTask<CandidateBatch> RandomAsync(string? className, ReadOnlyMemory<ulong> seeds, CancellationToken cancellationToken) =>
        Generate(
            seeds.Length,
            (i, parameters) => DrawTextParameters.Draw(_options, _fonts, _options.Texts.Count, seeds.Span[i], parameters),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CandidateBatch> VaryAsync(
        CandidateBatch parents,
        ReadOnlyMemory<int> parentOf,
        VariationDegree degree,
        string? className,
        ReadOnlyMemory<ulong> seeds,
        CancellationToken cancellationToken)
    {
        if (seeds.Length != parentOf.Length)
        {
            throw new ArgumentException($"{parentOf.Length} variations need as many seeds, not {seeds.Length}.", nameof(seeds));
        }

        CheckParents(parents);
        var reach = DrawTextReach.Of(degree);
        return Generate(
            parentOf.Length,
            (i, parameters) => DrawTextParameters.Vary(
                _options, _fonts, _options.Texts.Count, reach, seeds.Span[i], parents.ParametersOf(parentOf.Span[i]), parameters),
            cancellationToken);
    }

    private ValueTask<CandidateBatch> Generate(int count, ParameterSource source, CancellationToken cancellationToken)
    {
        var images = new ImageBatch(_shape, count);
        var parameters = new float[count * DrawTextParameters.Count];
        var chunks = (count + Chunk - 1) / Chunk;
        Parallel.For(0, chunks, new ParallelOptions { CancellationToken = cancellationToken }, chunk =>
        {
            var end = Math.Min(count, (chunk + 1) * Chunk);
            for (var i = chunk * Chunk; i < end; i++)
            {
                var row = parameters.AsSpan(i * DrawTextParameters.Count, DrawTextParameters.Count);
                source(i, row);
                Render(row, images[i]);
            }
        });

        return ValueTask.FromResult(new CandidateBatch(images, parameters, count, DrawTextParameters.Count));
    }

    /// <summary>Draws the image that <paramref name="parameters"/> stand for.</summary>
    internal void Render(ReadOnlySpan<float> parameters, Span<byte> image)
    {
        var master = MasterOf(parameters);
        _warp.Draw(master, Place(parameters, master), image);
    }

    internal GlyphMaster MasterOf(ReadOnlySpan<float> parameters) =>
        _masters[((int)parameters[DrawTextParameters.Font] * _options.Texts.Count) + (int)parameters[DrawTextParameters.Text]];

    /// <summary>
    /// The affine map from glyph to image is side × rotation × slant × aspect, with y down; the placement holds its inverse.
    /// </summary>
    internal GlyphPlacement Place(ReadOnlySpan<float> parameters, GlyphMaster master)
    {
        var side = parameters[DrawTextParameters.Size] * LongerSidePerSize * _scale;
        var (sin, cos) = MathF.SinCos(parameters[DrawTextParameters.Rotation] * (MathF.PI / 180));
        var slant = parameters[DrawTextParameters.Shear];
        var stretch = MathF.Exp(parameters[DrawTextParameters.Aspect] / 2);
        var toX = 1 / (side * stretch);
        var toY = stretch / side;

        var placement = new GlyphPlacement
        {
            InverseXX = (cos + (slant * sin)) * toX,
            InverseXY = ((slant * cos) - sin) * toX,
            InverseYX = sin * toY,
            InverseYY = cos * toY,
            OffsetX = parameters[DrawTextParameters.OffsetX] * _scale,
            OffsetY = parameters[DrawTextParameters.OffsetY] * _scale,
            PixelsPerUnit = side,
            Grow = parameters[DrawTextParameters.Stroke] * _scale / 2,
        };
        if (_options.Centre == TextCentring.Mass)
        {
            (placement.PivotX, placement.PivotY) = (master.MassX, master.MassY);
        }

        for (var i = 0; i < GlyphPlacement.WarpCoefficients.Count; i++)
        {
            placement.WarpX[i] = parameters[DrawTextParameters.ElasticX + i];
            placement.WarpY[i] = parameters[DrawTextParameters.ElasticY + i];
        }

        return placement;
    }

    private void CheckParents(CandidateBatch parents)
    {
        if (parents.ParameterCount != DrawTextParameters.Count)
        {
            throw new ArgumentException(
                $"A candidate of {DrawTextOptions.GeneratorName} has {DrawTextParameters.Count} parameters, not {parents.ParameterCount}.",
                nameof(parents));
        }

        for (var i = 0; i < parents.Count; i++)
        {
            var parameters = parents.ParametersOf(i);
            var font = parameters[DrawTextParameters.Font];
            var text = parameters[DrawTextParameters.Text];
            if (!(font >= 0 && font < _fonts && text >= 0 && text < _options.Texts.Count))
            {
                throw new ArgumentException($"Parent {i} names a font or text that this generator does not have.", nameof(parents));
            }
        }
    }

    private delegate void ParameterSource(int index, Span<float> parameters);
}
