using DpSynth.Privacy.Accounting.LossDistributions;

namespace DpSynth.Privacy.Tests.Accounting;

public sealed class ComplexFourierTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(64)]
    [InlineData(256)]
    public void Forward_is_the_sum_by_definition_in_bit_reversed_order(int size)
    {
        (var real, var imaginary) = Sequence(size);
        double[] outReal = [.. real];
        double[] outImaginary = [.. imaginary];

        new ComplexFourier(size).Forward(outReal, outImaginary);

        for (var k = 0; k < size; k++)
        {
            double sumReal = 0;
            double sumImaginary = 0;
            for (var j = 0; j < size; j++)
            {
                (var sine, var cosine) = Math.SinCos(-2 * Math.PI * ((long)j * k % size) / size);
                sumReal += (real[j] * cosine) - (imaginary[j] * sine);
                sumImaginary += (real[j] * sine) + (imaginary[j] * cosine);
            }

            var place = Reverse(k, size);
            Assert.Equal(sumReal, outReal[place], 1e-12);
            Assert.Equal(sumImaginary, outImaginary[place], 1e-12);
            Assert.Equal(Reverse((size - k) % size, size), ComplexFourier.Mirror(place));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1024)]
    [InlineData(65536)]
    public void Backward_undoes_forward(int size)
    {
        (var real, var imaginary) = Sequence(size);
        double[] outReal = [.. real];
        double[] outImaginary = [.. imaginary];
        ComplexFourier fourier = new(size);

        fourier.Forward(outReal, outImaginary);
        fourier.Backward(outReal, outImaginary);

        for (var j = 0; j < size; j++)
        {
            Assert.Equal(real[j], outReal[j] / size, 1e-14);
            Assert.Equal(imaginary[j], outImaginary[j] / size, 1e-14);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(48)]
    public void Size_that_is_no_power_of_two_is_refused(int size) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ComplexFourier(size));

    private static (double[] Real, double[] Imaginary) Sequence(int size)
    {
        Random random = new(size);
        return (
            [.. Enumerable.Range(0, size).Select(_ => random.NextDouble() - 0.5)],
            [.. Enumerable.Range(0, size).Select(_ => random.NextDouble() - 0.5)]);
    }

    private static int Reverse(int value, int size)
    {
        var reversed = 0;
        for (var bit = 1; bit < size; bit *= 2)
        {
            reversed = (reversed * 2) + ((value & bit) != 0 ? 1 : 0);
        }

        return reversed;
    }
}
