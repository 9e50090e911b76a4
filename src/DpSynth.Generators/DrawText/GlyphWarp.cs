using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DpSynth.Imaging;

namespace DpSynth.Generators.DrawText;

/// <summary>
/// Warps glyph masters into images of one shape, eight pixels at a time. Only multiplications and additions in a fixed order
/// decide a pixel, so that every processor draws the same image. Thread-safe.
/// </summary>
internal sealed class GlyphWarp
{
    /// <summary>Beyond this the warp's polynomials, which are meant for the glyph's box −1..1, go on as constants.</summary>
    private const float WarpReach = 1.1f;

    /// <summary>Width in pixels of the ramp from ink to ground; the smoothstep over it is as steep as one pixel's coverage.</summary>
    private const float Ramp = 1.5f;

    private readonly ImageShape _shape;
    private readonly float[] _x;
    private readonly float[] _y;

    internal GlyphWarp(ImageShape shape)
    {
        _shape = shape;
        var pixels = shape.Width * shape.Height;
        var padded = (pixels + Vector256<float>.Count - 1) / Vector256<float>.Count * Vector256<float>.Count;
        _x = new float[padded];
        _y = new float[padded];
        for (var i = 0; i < pixels; i++)
        {
            _x[i] = (i % shape.Width) + 0.5f - (shape.Width / 2f);
            _y[i] = (i / shape.Width) + 0.5f - (shape.Height / 2f);
        }
    }

    /// <summary>Draws one image.</summary>
    /// <param name="master">The glyph.</param>
    /// <param name="placement">Where it comes to lie.</param>
    /// <param name="destination">The image, <c>[height, width, channels]</c>; overwritten.</param>
    internal void Draw(GlyphMaster master, in GlyphPlacement placement, Span<byte> destination)
    {
        var pixels = _shape.Width * _shape.Height;
        if (_shape.Channels == 1)
        {
            DrawGrey(master, placement, destination);
            return;
        }

        // Grey into the front, then spread from the back: pixel i is read before channel positions above it are written.
        DrawGrey(master, placement, destination[..pixels]);
        for (var i = pixels - 1; i >= 0; i--)
        {
            destination.Slice(i * _shape.Channels, _shape.Channels).Fill(destination[i]);
        }
    }

    // For each pixel: q = Inverse (p − offset); g = q + w(2q) + pivot; d = field(g) − distance of g to the field's rectangle;
    // t = clamp(½ + (d + grow) / ramp); value = 255 t² (3 − 2t).
    private void DrawGrey(GlyphMaster master, in GlyphPlacement placement, Span<byte> destination)
    {
        var inverseXX = Vector256.Create(placement.InverseXX);
        var inverseXY = Vector256.Create(placement.InverseXY);
        var inverseYX = Vector256.Create(placement.InverseYX);
        var inverseYY = Vector256.Create(placement.InverseYY);
        var offsetX = Vector256.Create(placement.OffsetX);
        var offsetY = Vector256.Create(placement.OffsetY);
        var originX = Vector256.Create((placement.PivotX * GlyphMaster.CellsPerUnit) + ((master.Width - 1) / 2f));
        var originY = Vector256.Create((placement.PivotY * GlyphMaster.CellsPerUnit) + ((master.Height - 1) / 2f));
        var lastX = Vector256.Create(master.Width - 1.001f);
        var lastY = Vector256.Create(master.Height - 1.001f);
        var cells = Vector256.Create((float)GlyphMaster.CellsPerUnit);
        var stride = Vector256.Create(master.Width);
        var slope = Vector256.Create(placement.PixelsPerUnit / (GlyphMaster.CellsPerUnit * Ramp));
        var rise = Vector256.Create(0.5f + (placement.Grow / Ramp));
        var cellPerStep = Vector256.Create(1f / GlyphMaster.StepsPerCell);
        var three = Vector256.Create(3f);

        for (var i = 0; i < destination.Length; i += Vector256<float>.Count)
        {
            var x = Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_x), (nuint)i) - offsetX;
            var y = Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_y), (nuint)i) - offsetY;
            var qx = (inverseXX * x) + (inverseXY * y);
            var qy = (inverseYX * x) + (inverseYY * y);
            AddWarp(placement, ref qx, ref qy);

            var gx = (qx * cells) + originX;
            var gy = (qy * cells) + originY;
            var insideX = Clamp(gx, Vector256<float>.Zero, lastX);
            var insideY = Clamp(gy, Vector256<float>.Zero, lastY);
            var beyondX = gx - insideX;
            var beyondY = gy - insideY;
            var beyond = Vector256.Sqrt((beyondX * beyondX) + (beyondY * beyondY));

            var cellX = Vector256.ConvertToInt32Native(insideX);
            var cellY = Vector256.ConvertToInt32Native(insideY);
            var shareX = insideX - Vector256.ConvertToSingle(cellX);
            var shareY = insideY - Vector256.ConvertToSingle(cellY);
            var index = (cellY * stride) + cellX;
            var above = Gather(master.Pairs, index);
            var below = Gather(master.Pairs, index + stride);
            var top = Interpolate(above, shareX);
            var distance = (top + (shareY * (Interpolate(below, shareX) - top))) * cellPerStep;

            var t = ((distance - beyond) * slope) + rise;
            t = Clamp(t, Vector256<float>.Zero, Vector256<float>.One);
            var value = t * t * (three - (t + t)) * Vector256.Create(255f);
            Store(Vector256.ConvertToInt32Native(value + Vector256.Create(0.5f)), destination[i..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddWarp(in GlyphPlacement placement, ref Vector256<float> qx, ref Vector256<float> qy)
    {
        var u = Clamp(qx + qx, Vector256.Create(-WarpReach), Vector256.Create(WarpReach));
        var v = Clamp(qy + qy, Vector256.Create(-WarpReach), Vector256.Create(WarpReach));
        var u2 = (u * u * 1.5f) - Vector256.Create(0.5f);
        var v2 = (v * v * 1.5f) - Vector256.Create(0.5f);
        var u3 = u * ((u * u * 2.5f) - Vector256.Create(1.5f));
        var v3 = v * ((v * v * 2.5f) - Vector256.Create(1.5f));
        var uv = u * v;
        var u2v = u2 * v;
        var uv2 = u * v2;
        ref readonly var a = ref placement.WarpX;
        ref readonly var b = ref placement.WarpY;
        qx += (u2 * a[0]) + (uv * a[1]) + (v2 * a[2]) + (u3 * a[3]) + (u2v * a[4]) + (uv2 * a[5]) + (v3 * a[6]);
        qy += (u2 * b[0]) + (uv * b[1]) + (v2 * b[2]) + (u3 * b[3]) + (u2v * b[4]) + (uv2 * b[5]) + (v3 * b[6]);
    }

    /// <summary>
    /// Between the bounds, what is not a number included on x86 (where the bound, the second operand, is taken then) and after the
    /// conversion to integers elsewhere (where it becomes 0).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Clamp(Vector256<float> value, Vector256<float> low, Vector256<float> high) =>
        Vector256.MinNative(Vector256.MaxNative(value, low), high);

    /// <summary>left + share × (right − left) of samples packed in pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Interpolate(Vector256<int> pair, Vector256<float> share)
    {
        var left = Vector256.ConvertToSingle((pair << 16) >> 16);
        var right = Vector256.ConvertToSingle(pair >> 16);
        return left + (share * (right - left));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector256<int> Gather(int[] table, Vector256<int> index)
    {
        if (Avx2.IsSupported)
        {
            // Indices were clamped into the table; the last one read is one row below the last but one row.
            fixed (int* start = table)
            {
                return Avx2.GatherVector256(start, index, sizeof(int));
            }
        }

        return Vector256.Create(
            table[index[0]], table[index[1]], table[index[2]], table[index[3]],
            table[index[4]], table[index[5]], table[index[6]], table[index[7]]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<int> values, Span<byte> destination)
    {
        var words = Vector128.Narrow(values.GetLower(), values.GetUpper());
        var bytes = Vector128.Narrow(words.AsUInt16(), Vector128<ushort>.Zero).AsUInt64().ToScalar();
        if (destination.Length >= sizeof(ulong))
        {
            Unsafe.WriteUnaligned(ref MemoryMarshal.GetReference(destination), bytes);
            return;
        }

        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (byte)(bytes >> (8 * i));
        }
    }
}
