using DpSynth.Numerics.Search;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Synthesis.Datasets;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Synthesis.Tests.Datasets;

public sealed class OwnerTallyTests
{
    private const int Slots = 12;
    private static readonly VoteGrid Grid = new(10);

    [Fact]
    public void Owner_moves_the_votes_by_an_L2_norm_of_at_most_one_vote_whatever_else_there_is() => Check(static (without, with) =>
    {
        var squared = 0L;
        for (var slot = 0; slot < Slots; slot++)
        {
            var moved = with.Votes(Grid)[slot] - without.Votes(Grid)[slot];
            squared += moved * moved;
        }

        return squared <= Grid.UnitsPerVote * Grid.UnitsPerVote;
    });

    [Fact]
    public void Owner_moves_the_class_counts_by_an_L1_norm_of_at_most_one_vote_whatever_else_there_is() => Check(static (without, with) =>
        with.Shares(Grid).Zip(without.Shares(Grid), static (more, less) => Math.Abs(more - less)).Sum() <= Grid.UnitsPerVote);

    [Fact]
    public void Owner_of_many_images_in_several_classes_has_one_vote_over_all_of_them()
    {
        var tally = new OwnerTally(4);
        for (var image = 0; image < 300; image++)
        {
            tally.Add(OwnerId.Of("many"), image % 2);
        }

        tally.Add(OwnerId.Of("one"), 3);

        Assert.Equal([724, 724, 0, 1024], tally.Votes(Grid));
        Assert.Equal([512, 512, 0, 1024], tally.Shares(Grid));
    }

    [Fact]
    public void Shares_add_up_to_nearly_the_number_of_owners()
    {
        var tally = new OwnerTally(3);
        for (var owner = 0; owner < 50; owner++)
        {
            for (var image = 0; image < 7; image++)
            {
                tally.Add(OwnerId.Of($"owner {owner}"), image % 3);
            }
        }

        Assert.InRange(tally.Shares(Grid).Sum() / (double)Grid.UnitsPerVote, 49.8, 50);
    }

    [Fact]
    public void Neighbours_vote_from_the_slot_of_their_class_on()
    {
        var tally = new OwnerTally(5);

        tally.Add([OwnerId.Of("a"), OwnerId.Of("a")], new NeighbourTable(2, 2, [0, 1, 0, 2]), firstSlot: 2, candidates: 3);

        // 2, 1 and 1 of 4 votes: 1024·2/√6, 1024/√6, 1024/√6.
        Assert.Equal([0, 0, 836, 418, 418], tally.Votes(Grid));
    }

    private static void Check(Func<OwnerTally, OwnerTally, bool> holds)
    {
        var cases =
            from size in Gen.Choose(0, 60)
            from owners in Gen.Choose(0, 3).ArrayOf(size)
            from slots in Gen.Choose(0, Slots - 1).ArrayOf(size)
            select owners.Zip(slots).ToArray();
        Prop.ForAll(cases.ToArbitrary(), said => holds(Tally(said.Where(static image => image.First != 0)), Tally(said)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private static OwnerTally Tally(IEnumerable<(int Owner, int Slot)> said)
    {
        var tally = new OwnerTally(Slots);
        foreach (var (owner, slot) in said)
        {
            tally.Add(OwnerId.Of($"{owner}"), slot);
        }

        return tally;
    }
}
