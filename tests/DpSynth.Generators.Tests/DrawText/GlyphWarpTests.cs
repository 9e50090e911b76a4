using DpSynth.Generators.DrawText;
using DpSynth.Imaging;
using DpSynth.Numerics;

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
        var random = new SeededRandom(1);
        for (var trial = 0; trial < 200; trial++)
        {
            var placement = RandomPlacement(ref random, trial);
            var master = masters[trial % masters.Length];
            var drawn = new byte[width * height];
            warp.Draw(master, placement, drawn);
            for (var i = 0; i < drawn.Length; i++)
            {
                var x = (i % width) + 0.5 - (width / 2.0);
                var y = (i / width) + 0.5 - (height / 2.0);

                // Float32 against double: a thousandth of a cell, a grey level at most.
                Assert.InRange(drawn[i] - Pixel(master, placement, x, y), -1.0, 1.0);
            }
        }
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

    private static GlyphPlacement RandomPlacement(ref SeededRandom random, int trial)
    {
        var scale = random.NextDouble(0.02, 0.2);
        var placement = new GlyphPlacement
        {
            InverseXX = (float)(scale * random.NextDouble(0.7, 1.3)),
            InverseXY = (float)(scale * random.NextDouble(-0.5, 0.5)),
            InverseYX = (float)(scale * random.NextDouble(-0.5, 0.5)),
            InverseYY = (float)(scale * random.NextDouble(0.7, 1.3)),
            OffsetX = (float)random.NextDouble(-3, 3),
            OffsetY = (float)random.NextDouble(-3, 3),
            PivotX = (float)random.NextDouble(-0.1, 0.1),
            PivotY = (float)random.NextDouble(-0.1, 0.1),
            PixelsPerUnit = (float)(1 / scale),
            Grow = (float)random.NextDouble(-0.5, 2),
        };
        for (var i = 0; trial % 4 != 0 && i < GlyphPlacement.WarpCoefficients.Count; i++)
        {
            placement.WarpX[i] = (float)random.NextDouble(-0.1, 0.1);
            placement.WarpY[i] = (float)random.NextDouble(-0.1, 0.1);
        }

        return placement;
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
