using System.Globalization;
using System.Numerics;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Privacy.Tests.Mechanisms;

/// <summary>Which bits become which number, from bytes 0x00, 0x01, 0x02, …: the words are 0x0706050403020100, 0x0F0E0D0C0B0A0908, ….</summary>
public sealed class RandomBitsTests
{
    [Fact]
    public void Numbers_are_cut_from_words_lowest_bits_first_and_what_is_too_short_is_thrown_away()
    {
        CountingBytes bytes = new();
        using RandomBits bits = new(bytes, 2);

        Assert.Equal([0x00UL, 0x01UL, 0x0302UL], [bits.Next(8), bits.Next(8), bits.Next(16)]);
        Assert.Equal(0x07060504UL, bits.Next(32));
        Assert.Equal(0x0E0D0C0B0A0908UL, bits.Next(56));
        Assert.Equal(1, bytes.Fills);

        // Eight bits are left of the second word: not enough for nine, and nothing of them is used.
        Assert.Equal(0x110UL, bits.Next(9));
        Assert.Equal(2, bytes.Fills);
        Assert.Equal(0x1716151413121110UL >> 9, bits.Next(55));
        Assert.Equal(0x1F1E1D1C1B1A1918UL, bits.Next(64));
        Assert.Equal(2, bytes.Fills);
        Assert.Equal(0x20UL, bits.Next(6));
        Assert.Equal(3, bytes.Fills);
    }

    [Fact]
    public void No_bits_are_zero_and_take_none()
    {
        CountingBytes bytes = new();
        using RandomBits bits = new(bytes, 1);

        Assert.Equal((0UL, 0), (bits.Next(0), bytes.Fills));
        Assert.Equal(0x0706050403020100UL, bits.Next(64));
        Assert.Equal((0UL, 1), (bits.Next(0), bytes.Fills));
    }

    [Fact]
    public void Nothing_is_left_after_disposal()
    {
        CountingBytes bytes = new();
        RandomBits bits = new(bytes, 2);
        bits.Next(8);
        bits.Dispose();

        Assert.Equal((0x10UL, 2), (bits.Next(8), bytes.Fills));
        bits.Dispose();
    }

    [Theory]
    [InlineData("1", "0")]
    [InlineData("2", "0")]
    [InlineData("18446744073709551616", "506097522914230528")] // 2^64: the first word.
    [InlineData("18446744073709551617", "506097522914230528")] // 2^64 + 1: the first word and one bit of the second, 0.
    [InlineData("340282366920938463463374607431768211456", "20011376718272490338853433276725592320")] // 2^128: both words.
    public void Long_numbers_are_words_lowest_first(string bound, string expected)
    {
        using RandomBits bits = new(new CountingBytes(), 4);

        Assert.Equal(
            BigInteger.Parse(expected, CultureInfo.InvariantCulture), new UniformIntegers(bits).Below(BigInteger.Parse(bound, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Long_number_takes_no_more_bits_than_its_bound_has()
    {
        // 136 bits: two words and eight bits of the third; the next 56 are still there.
        using RandomBits bits = new(new CountingBytes(), 4);
        var expected = ((BigInteger)0x10 << 128) | ((BigInteger)0x0F0E0D0C0B0A0908 << 64) | 0x0706050403020100;

        Assert.Equal(expected, new UniformIntegers(bits).Below(BigInteger.One << 136));
        Assert.Equal(0x17161514131211UL, bits.Next(56));
    }

    [Fact]
    public void Number_that_is_not_below_the_bound_is_drawn_anew()
    {
        // Bytes from 250 on: 251 to 255 are not below 251, a remainder would make 0 to 4 of them.
        using RandomBits bits = new(new CountingBytes(first: 250), 4);
        UniformIntegers uniforms = new(bits);

        Assert.Equal([250UL, 0UL, 1UL], [uniforms.Below(251UL), uniforms.Below(251UL), uniforms.Below(251UL)]);
    }

    private sealed class CountingBytes(byte first = 0) : IRandomBytes
    {
        private byte _next = first;

        public int Fills { get; private set; }

        public void Fill(Span<byte> destination)
        {
            Fills++;
            foreach (ref var value in destination)
            {
                value = _next++;
            }
        }
    }
}
