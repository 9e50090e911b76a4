using System.Text;

namespace DpSynth.Ledgers.Tests;

public sealed class LedgerCatalogueTests
{
    private static readonly LedgerCatalogue _catalogue = new()
    {
        Lineages =
        [
            new LineageRecord { Name = "birds", Images = ["birds/1"], ApartFrom = ["old"] },
            new LineageRecord { Name = "old", JoinedInto = "older" },
            new LineageRecord { Name = "older" },
        ],
        Datasets = [new DatasetBinding("birds", "birds"), new DatasetBinding("fowl", "old"), new DatasetBinding("lost", "nowhere")],
        Pending = [new LineageAct { Kind = LineageActKind.Join, Dataset = "fowl", Lineage = "older", Before = "old", Reason = "why" }],
    };

    [Fact]
    public void Catalogue_comes_back_from_its_json_as_it_was()
    {
        var read = LedgerCatalogue.Decode(_catalogue.Encode());

        Assert.Equal(_catalogue.Encode(), read.Encode());
        Assert.Equal((1, 3, "old"), (read.SchemaVersion, read.Datasets.Count, Assert.Single(read.Pending).Before));
    }

    [Fact]
    public void Json_of_a_catalogue_does_not_change() => Assert.Equal(
        """
        {"schemaVersion":1,"lineages":[{"name":"a","images":[],"apartFrom":[]}],"datasets":[{"dataset":"a","lineage":"a"}],
        "pending":[{"kind":"open","dataset":"a","lineage":"a","cap":{"epsilon":10,"delta":1E-05},"reason":"é"}]}
        """.ReplaceLineEndings(""),
        Encoding.UTF8.GetString(new LedgerCatalogue
        {
            Lineages = [new LineageRecord { Name = "a" }],
            Datasets = [new DatasetBinding("a", "a")],
            Pending = [new LineageAct { Kind = LineageActKind.Open, Dataset = "a", Lineage = "a", Cap = new LedgerCap(10, 1e-5), Reason = "é" }],
        }.Encode()));

    [Theory]
    [InlineData("{", "The catalogue of ledgers is not the JSON it should be. Nothing was written.")]
    [InlineData("{\"lineages\":\"1\"}", "The catalogue of ledgers is not the JSON it should be. Nothing was written.")]
    [InlineData("{\"schemaVersion\":\"1\"}", "The catalogue of ledgers is not the JSON it should be. Nothing was written.")]
    [InlineData("null", "The catalogue of ledgers has schema version , and this software knows version 1: use the version that wrote it. Nothing was written.")]
    [InlineData("{\"schemaVersion\":2}", "The catalogue of ledgers has schema version 2, and this software knows version 1: use the version that wrote it. "
        + "Nothing was written.")]
    public void Catalogue_of_something_else_is_refused(string json, string expected) =>
        Assert.Equal(expected, Assert.Throws<InvalidDataException>(() => LedgerCatalogue.Decode(Encoding.UTF8.GetBytes(json))).Message);

    [Theory]
    [InlineData("{", "The record of a ledger's last entry is not the JSON it should be. Nothing was written.")]
    [InlineData("null", "The record of a ledger's last entry has schema version ,")]
    [InlineData("{\"sequence\":1,\"hash\":\"00\",\"schemaVersion\":2}", "The record of a ledger's last entry has schema version 2, and this software "
        + "knows version 1: use the version that wrote it. Nothing was written.")]
    [InlineData("{\"sequence\":0,\"hash\":\"00\",\"schemaVersion\":1}", "The record of a ledger's last entry has schema version 1,")]
    [InlineData("{\"sequence\":1,\"schemaVersion\":1}", "The record of a ledger's last entry has schema version 1,")]
    public void Head_of_something_else_is_refused(string json, string expected) => Assert.StartsWith(
        expected, Assert.Throws<InvalidDataException>(() => LedgerHead.Decode(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void Head_comes_back_from_its_json_as_it_was()
    {
        LedgerHead head = new(1, "00");

        Assert.Equal(head, LedgerHead.Decode(head.Encode()));
    }

    [Fact]
    public void Name_stands_for_what_its_lineage_was_joined_into()
    {
        Assert.Equal("birds", _catalogue.LineageOf("birds")!.Name);
        Assert.Equal("older", _catalogue.LineageOf("fowl")!.Name);
        Assert.Null(_catalogue.LineageOf("cats"));
        Assert.Equal("older", _catalogue.Find("old")!.JoinedInto);
        Assert.Null(_catalogue.Find("fowl"));
    }

    [Fact]
    public void Catalogue_that_was_changed_by_hand_is_refused()
    {
        var circle = _catalogue with
        {
            Lineages = [new LineageRecord { Name = "a", JoinedInto = "b" }, new LineageRecord { Name = "b", JoinedInto = "a" }],
        };

        Assert.Equal(
            "The catalogue of ledgers names lineage 'nowhere', and has none: it was changed.",
            Assert.Throws<InvalidDataException>(() => _catalogue.LineageOf("lost")).Message);
        Assert.Equal(
            "The catalogue of ledgers joins lineages in a circle: it was changed.", Assert.Throws<InvalidDataException>(() => circle.Resolve("a")).Message);
    }

    [Fact]
    public void Joins_are_followed_however_long_their_row_is()
    {
        var names = Enumerable.Range(0, 5).Select(i => $"l{i}").ToList();
        var row = new LedgerCatalogue
        {
            Lineages = [.. names.Select((name, i) => new LineageRecord { Name = name, JoinedInto = i < 4 ? names[i + 1] : null })],
        };

        Assert.All(names, name => Assert.Equal("l4", row.Resolve(name).Name));
    }

    [Theory]
    [InlineData("fowl", true)]
    [InlineData("hens", true)]
    [InlineData("older", true)]
    [InlineData("birds", false)]
    [InlineData("cats", false)]
    public void Act_concerns_its_dataset_and_both_its_lineages(string dataset, bool expected)
    {
        var catalogue = _catalogue with
        {
            Lineages = [.. _catalogue.Lineages.Select(record => record with { JoinedInto = null })],
            Datasets = [.. _catalogue.Datasets, new DatasetBinding("hens", "old"), new DatasetBinding("older", "older")],
        };

        Assert.Equal(expected, catalogue.IsPending(dataset));
        Assert.False((catalogue with { Pending = [] }).IsPending(dataset));
    }
}
