using DpSynth.Evaluation.Releases;
using DpSynth.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Evaluation.Tests.Releases;

public sealed class RowSampleTests
{
    [Fact]
    public void Sample_keeps_everything_while_it_fits()
    {
        var sample = new RowSample(1, 4);
        sample.Add(Rows(0, 4));

        Assert.Equal([0f, 1, 2, 3], sample.ToMatrix().Values.ToArray());
    }

    [Fact]
    public void Sample_of_many_rows_is_every_nth_of_them_however_they_come()
    {
        Prop.ForAll(Gen.Choose(2, 40).ToArbitrary(), Gen.Choose(1, 60).ListOf(12).ToArbitrary(), (capacity, pieces) =>
        {
            var sample = new RowSample(1, capacity);
            var seen = 0;
            foreach (var piece in pieces)
            {
                sample.Add(Rows(seen, piece));
                seen += piece;
            }

            var kept = sample.ToMatrix().Values.ToArray();
            var stride = kept.Length > 1 ? (int)kept[1] : 1;
            return sample.Seen == seen
                && kept.Length <= capacity
                && int.IsPow2(stride)
                && kept.Length == (seen + stride - 1) / stride
                && (stride == 1 || (seen + (stride / 2) - 1) / (stride / 2) > capacity)
                && kept.Select((value, index) => value == index * stride).All(right => right);
        }).QuickCheckThrowOnFailure();
    }

    private static EmbeddingMatrix Rows(int first, int count) =>
        new(count, 1, Enumerable.Range(first, count).Select(value => (float)value).ToArray());
}
