using DpSynth.Generators.DrawText;
using DpSynth.Imaging;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Generators.Tests.DrawText;

public sealed class GlyphWarpTests(ShippedFonts fonts) : IClassFixture<ShippedFonts>
{
    [Theory]
    [InlineData(28, 28)]
    [InlineData(1, 1)]
    [InlineData(5, 3)]
    [InlineData(9, 1)]
    [InlineData(33, 17)]
    public void Draw_agrees_with_the_plain_formula(int width, int height)
    {
        var warp = new GlyphWarp(new ImageShape(width, height, 1));
        var masters = fonts.Library.Masters(fonts.Catalogue.Fonts.Take(8).ToArray(), ["0", "4", "g"]);
        Prop.ForAll(Gen.Zip(Gen.Elements(masters), Placements()).ToArbitrary(), ((GlyphMaster Master, GlyphPlacement Placement) input) =>
        {
            var drawn = new byte[width * height];
            warp.Draw(input.Master, input.Placement, drawn);
            for (var i = 0; i < drawn.Length; i++)
            {
                var x = (i % width) + 0.5 - (width / 2.0);
                var y = (i / width) + 0.5 - (height / 2.0);

                // Float32 against double: a thousandth of a cell, a grey level at most.
                Assert.InRange(drawn[i] - Pixel(input.Master, input.Placement, x, y), -1.0, 1.0);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public void Draw_reads_nothing_outside_the_master_whatever_the_placement()
    {
        var warp = new GlyphWarp(new ImageShape(4, 4, 1));
        var master = fonts.Library.Masters(fonts.Catalogue.Fonts.Take(1).ToArray(), ["0"])[0];
        foreach (var wild in (float[])[float.NaN, float.PositiveInfinity, float.MaxValue, float.MinValue])
        {
            // Reading outside would end the process.
            warp.Draw(master, new GlyphPlacement { InverseXX = wild, InverseYY = wild, OffsetX = wild, PivotY = wild, PixelsPerUnit = 20 }, new byte[16]);
        }
    }

    /// <summary>Placements as parameters give them, one in four without a warp.</summary>
    private static Gen<GlyphPlacement> Placements()
    {
        static Gen<float> Between(double low, double high) => Gen.Choose(0, 10_000).Select(step => (float)(low + ((high - low) * step / 10_000)));

        return
            from scale in Between(0.02, 0.2)
            from stretch in Between(0.7, 1.3).ArrayOf(2)
            from shear in Between(-0.5, 0.5).ArrayOf(2)
            from offset in Between(-3, 3).ArrayOf(2)
            from pivot in Between(-0.1, 0.1).ArrayOf(2)
            from grow in Between(-0.5, 2)
            from isWarped in Gen.Elements(true, true, true, false)
            from warp in Between(-0.1, 0.1).ArrayOf(2 * GlyphPlacement.WarpCoefficients.Count)
            select Warped(
                new GlyphPlacement
                {
                    InverseXX = scale * stretch[0],
                    InverseXY = scale * shear[0],
                    InverseYX = scale * shear[1],
                    InverseYY = scale * stretch[1],
                    OffsetX = offset[0],
                    OffsetY = offset[1],
                    PivotX = pivot[0],
                    PivotY = pivot[1],
                    PixelsPerUnit = 1 / scale,
                    Grow = grow,
                },
                isWarped ? warp : new float[warp.Length]);

        static GlyphPlacement Warped(GlyphPlacement placement, float[] warp)
        {
            for (var i = 0; i < GlyphPlacement.WarpCoefficients.Count; i++)
            {
                placement.WarpX[i] = warp[2 * i];
                placement.WarpY[i] = warp[(2 * i) + 1];
            }

            return placement;
        }
    }

    /// <summary>The formula above the loop of <see cref="GlyphWarp"/>, one pixel at a time, in double.</summary>
    private static double Pixel(GlyphMaster master, GlyphPlacement placement, double x, double y)
    {
        x -= placement.OffsetX;
        y -= placement.OffsetY;
        var qx = (placement.InverseXX * x) + (placement.InverseXY * y);
        var qy = (placement.InverseYX * x) + (placement.InverseYY * y);
        var u = Math.Clamp(2 * qx, -1.1f, 1.1f);
        var v = Math.Clamp(2 * qy, -1.1f, 1.1f);
        double[] basis =
        [
            Legendre(2, u), u * v, Legendre(2, v), Legendre(3, u), Legendre(2, u) * v, u * Legendre(2, v), Legendre(3, v),
        ];
        var gx = qx + placement.PivotX;
        var gy = qy + placement.PivotY;
        for (var i = 0; i < basis.Length; i++)
        {
            gx += placement.WarpX[i] * basis[i];
            gy += placement.WarpY[i] * basis[i];
        }

        var cellX = (gx * GlyphMaster.CellsPerUnit) + ((master.Width - 1) / 2.0);
        var cellY = (gy * GlyphMaster.CellsPerUnit) + ((master.Height - 1) / 2.0);
        var insideX = Math.Clamp(cellX, 0, master.Width - 1.001);
        var insideY = Math.Clamp(cellY, 0, master.Height - 1.001);
        var distance = Field(master, insideX, insideY) - Math.Sqrt(Math.Pow(cellX - insideX, 2) + Math.Pow(cellY - insideY, 2));
        var pixels = (distance / GlyphMaster.CellsPerUnit * placement.PixelsPerUnit) + placement.Grow;
        var t = Math.Clamp(0.5 + (pixels / 1.5), 0, 1);
        return 255 * t * t * (3 - (2 * t));
    }

    private static double Legendre(int degree, double x) => degree == 2 ? ((3 * x * x) - 1) / 2 : ((5 * x * x * x) - (3 * x)) / 2;

    private static double Field(GlyphMaster master, double x, double y)
    {
        var (left, top) = ((int)x, (int)y);
        var (shareX, shareY) = (x - left, y - top);
        return ((1 - shareY) * (((1 - shareX) * Sample(left, top)) + (shareX * Sample(left + 1, top))))
            + (shareY * (((1 - shareX) * Sample(left, top + 1)) + (shareX * Sample(left + 1, top + 1))));

        double Sample(int column, int row) => (short)master.Pairs[(row * master.Width) + column] / (double)GlyphMaster.StepsPerCell;
    }
}
