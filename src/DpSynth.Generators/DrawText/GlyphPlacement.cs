using System.Runtime.CompilerServices;

namespace DpSynth.Generators.DrawText;

/// <summary>
/// Where the ink of an image comes from. A pixel at p, in pixels from the image's middle, looks at the master's point
/// q + w(2q) + pivot with q = Inverse · (p − offset), where w is the elastic warp.
/// </summary>
internal struct GlyphPlacement
{
    /// <summary>The inverse of the affine map, in units a pixel.</summary>
    internal float InverseXX, InverseXY, InverseYX, InverseYY;

    /// <summary>Translation in pixels.</summary>
    internal float OffsetX, OffsetY;

    /// <summary>The master's point that comes to lie at the offset.</summary>
    internal float PivotX, PivotY;

    /// <summary>Pixels a unit takes, the geometric mean over directions.</summary>
    internal float PixelsPerUnit;

    /// <summary>Pixels by which the outline moves outwards.</summary>
    internal float Grow;

    /// <summary>Coefficients of the warp, in units.</summary>
    internal WarpCoefficients WarpX, WarpY;

    /// <summary>
    /// One coefficient for each product of Legendre polynomials of total degree 2 and 3: P₂(u), uv, P₂(v), P₃(u), P₂(u)v, uP₂(v),
    /// P₃(v). Degrees 0 and 1 would be translation and affine map.
    /// </summary>
    [InlineArray(Count)]
    internal struct WarpCoefficients
    {
        internal const int Count = 7;

        private float _first;
    }
}
