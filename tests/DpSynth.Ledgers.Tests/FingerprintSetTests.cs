using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Ledgers.Tests;

public sealed class FingerprintSetTests
{
    [Fact]
    public void Sets_of_fingerprints_are_the_sets_of_their_numbers()
    {
        var numbers = Gen.Choose(0, 30).ListOf().Select(list => list.ToHashSet());
        Prop.ForAll(numbers.Zip(numbers).ToArbitrary(), sets =>
        {
            var (one, other) = sets;
            var (first, second) = (SetOf(one), SetOf(other));
            return Numbers(first).SequenceEqual(one.Order())
                && Numbers(first.Except(second)).SequenceEqual(one.Except(other).Order())
                && Numbers(first.Union(second)).SequenceEqual(one.Union(other).Order())
                && first.Overlaps(second) == one.Overlaps(other)
                && first.Count == one.Count;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void Bytes_are_big_endian_in_ascending_order()
    {
        var set = FingerprintSet.Of(new HashSet<ImageFingerprint> { new(UInt128.MaxValue - 1), new(0x0102) });

        Assert.Equal("00000000000000000000000000000102" + "fffffffffffffffffffffffffffffffe", Convert.ToHexStringLower(set.Encode()));
        Assert.Equal(set.Encode(), FingerprintSet.Decode(set.Encode()).Encode());
        Assert.Equal((0, 0), (FingerprintSet.Empty.Count, FingerprintSet.Decode([]).Count));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000200000000000000000000000000000001", "A set of image fingerprints is not in ascending order: it was changed.")]
    [InlineData("0000000000000000000000000000000100000000000000000000000000000001", "A set of image fingerprints is not in ascending order: it was changed.")]
    [InlineData("0000000000000000000000000000000101", "A set of image fingerprints has 17 bytes, no multiple of 16: it was cut off.")]
    [InlineData("01", "A set of image fingerprints has 1 bytes, no multiple of 16: it was cut off.")]
    public void Bytes_that_are_no_set_are_refused(string bytes, string expected) =>
        Assert.Equal(expected, Assert.Throws<InvalidDataException>(() => FingerprintSet.Decode(Convert.FromHexString(bytes))).Message);

    [Fact]
    public void Set_that_loses_nothing_is_not_copied()
    {
        var set = SetOf([1, 2]);

        Assert.Same(set, set.Except(SetOf([3])));
        Assert.Equal(1, set.Except(SetOf([2])).Count);
    }

    private static FingerprintSet SetOf(IEnumerable<int> numbers) =>
        FingerprintSet.Of(numbers.Select(number => new ImageFingerprint((UInt128)number)).ToHashSet());

    private static IEnumerable<int> Numbers(FingerprintSet set) => set.Encode().Chunk(16).Select(bytes => (int)bytes[^1]);
}
