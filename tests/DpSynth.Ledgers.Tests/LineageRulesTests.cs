using DpSynth.Testing;
namespace DpSynth.Ledgers.Tests;

public sealed class LineageRulesTests
{
    private static readonly LedgerCap _cap = new(10, 1e-5);
    private static readonly LedgerCatalogue _birds = Settled(LineageRules.Open(new LedgerCatalogue(), "birds", _cap, Policies.Of(), by: null, reason: null));
    private static readonly LedgerCatalogue _both = Settled(LineageRules.Open(_birds, "cats", _cap, Policies.Of(), by: null, reason: null));

    [Fact]
    public void Opened_lineage_takes_its_datasets_name_or_a_numbered_one()
    {
        var opened = LineageRules.Open(new LedgerCatalogue(), "birds", _cap, Policies.Of(), by: null, reason: null);
        Assert.Equal(
            new LineageAct { Kind = LineageActKind.Open, Dataset = "birds", Lineage = "birds", Cap = _cap, Policy = Policies.Of() },
            Assert.Single(opened.Pending));
        Assert.Equal([new DatasetBinding("birds", "birds")], opened.Datasets);

        var again = Settled(LineageRules.Start(_birds, "birds", _cap, policy: null, "one"));
        var third = LineageRules.Start(again, "birds", _cap, policy: null, "two");
        Assert.Equal(["birds", "birds.2", "birds.3"], third.Lineages.Select(record => record.Name));
        Assert.Equal([new DatasetBinding("birds", "birds.3")], third.Datasets);
        Assert.Equal(["birds", "birds.2"], third.Lineages[2].ApartFrom);
        Assert.Equal(
            new LineageAct { Kind = LineageActKind.Start, Dataset = "birds", Lineage = "birds.3", Before = "birds.2", Cap = _cap, Reason = "two" },
            Assert.Single(third.Pending));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t")]
    [InlineData(null)]
    public void New_ledger_needs_a_reason(string? reason) => Assert.StartsWith(
        "A new ledger needs a reason of 1 to 1000 characters; it is recorded.",
        Assert.Throws<ArgumentException>(() => LineageRules.Start(_birds, "birds", _cap, policy: null, reason!)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Reason_has_a_thousand_characters_at_most()
    {
        Assert.Equal(1000, LineageRules.Start(_birds, "birds", _cap, policy: null, new string('x', 1000)).Pending[0].Reason!.Length);
        Assert.Throws<ArgumentException>(() => LineageRules.Start(_birds, "birds", _cap, policy: null, new string('x', 1001)));
    }

    [Fact]
    public void What_there_is_not_cannot_be_left_or_joined()
    {
        Assert.Equal(
            "Dataset 'dogs' has no ledger yet, so there is none to leave.",
            Assert.Throws<InvalidOperationException>(() => LineageRules.Start(_birds, "dogs", _cap, policy: null, "why")).Message);
        Assert.Equal(
            "Dataset 'cats' belongs to lineage 'cats' already.",
            Assert.Throws<InvalidOperationException>(() => LineageRules.Join(_both, "cats", "cats", null)).Message);
        var joined = Settled(LineageRules.Join(Settled(LineageRules.Open(_both, "dogs", _cap, Policies.Of(), by: null, reason: null)), "dogs", "cats", null));
        Assert.Equal(
            "There is no lineage 'cows'; there are: 'birds', 'cats'.",
            Assert.Throws<InvalidOperationException>(() => LineageRules.Join(joined, "birds", "cows", null)).Message);
    }

    [Fact]
    public void Join_takes_effect_when_it_is_settled()
    {
        var catalogue = LineageRules.SetImages(LineageRules.SetImages(_both, "birds", ["1", "2"]), "cats", ["2", "3"]);
        var joining = LineageRules.Join(catalogue, "birds", "cats", "why");
        Assert.Equal(
            new LineageAct { Kind = LineageActKind.Join, Dataset = "birds", Lineage = "cats", Before = "birds", Reason = "why" },
            Assert.Single(joining.Pending));
        Assert.Equal("birds", joining.LineageOf("birds")!.Name);

        var joined = Settled(joining);
        Assert.Equal("cats", joined.LineageOf("birds")!.Name);
        Assert.Equal(["2", "3", "1"], joined.Find("cats")!.Images);
        Assert.Equal(([], "cats"), (joined.Find("birds")!.Images, joined.Find("birds")!.JoinedInto));
        Assert.Null(joined.Find("cats")!.JoinedInto);

        var dropped = LineageRules.Drop(joining, joining.Pending[0]);
        Assert.Equal(catalogue.Encode(), dropped.Encode());
    }

    [Fact]
    public void Unknown_name_that_joins_a_lineage_just_follows_the_one_it_is_now()
    {
        var joined = Settled(LineageRules.Join(_both, "birds", "cats", null));

        var followed = LineageRules.Join(joined, "dogs", "birds", "why");

        Assert.Equal(new LineageAct { Kind = LineageActKind.Follow, Dataset = "dogs", Lineage = "cats" }, Assert.Single(followed.Pending));
        Assert.Equal(new DatasetBinding("dogs", "cats"), followed.Datasets[^1]);
    }

    [Fact]
    public void Lineages_apart_are_told_joins_followed_and_without_the_own_one()
    {
        var started = Settled(LineageRules.Start(_both, "birds", _cap, policy: null, "why"));
        Assert.Equal(["birds"], LineageRules.Apart(started, started.Find("birds.2")!));

        // The one it was apart from is joined into a third: from that it is apart now.
        var moved = Settled(LineageRules.Join(Settled(LineageRules.Follow(started, "finches", "birds")), "finches", "cats", null));
        Assert.Equal(["cats"], LineageRules.Apart(moved, moved.Find("birds.2")!));

        // Joined with it, it is apart from nothing, and what it was apart from stays with what took it in.
        var back = Settled(LineageRules.Join(started, "birds", "birds", null));
        Assert.Empty(LineageRules.Apart(back, back.Find("birds")!));
        Assert.Empty(back.Find("birds")!.ApartFrom);
        var away = Settled(LineageRules.Join(started, "birds", "cats", null));
        Assert.Equal(["birds"], away.Find("cats")!.ApartFrom);
    }

    [Fact]
    public void Person_is_told_which_lineages_the_images_belong_to_and_what_to_do()
    {
        Assert.Equal(
            "Images of dataset 'all' belong to lineages 'birds', 'cats' and 'dogs', each with a ledger of its own: let the owner of the data join the ledger "
                + "of 'all' into 'birds', or remove the images that are not meant to be there.",
            LineageRules.Conflict("all", null, ["birds", "cats", "dogs"]));
        Assert.Equal(
            "Images of dataset 'fowl' belong to lineages 'birds' and 'cats', each with a ledger of its own: let the owner of the data join the ledger of "
                + "'fowl' into 'cats', or remove the images that are not meant to be there.",
            LineageRules.Conflict("fowl", "birds", ["cats"]));
    }

    private static LedgerCatalogue Settled(LedgerCatalogue catalogue) => LineageRules.Settle(catalogue, Assert.Single(catalogue.Pending));
}
