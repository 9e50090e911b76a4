using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Tests.Statements;

using DpSynth.Privacy.Statements;

public sealed class LedgerWitnessTests
{
    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{\"kind\":\"spend\"}")]
    [InlineData("{\"kind\":1,\"hash\":\"\"}")]
    [InlineData("{\"hash\":\"\"}")]
    [InlineData("{\"kind\":\"spend\",\"hash\":\"HASH\",\"event\":{\"mechanism\":\"none\"}}")]
    [InlineData("{\"kind\":\"spend\",\"hash\":\"HASH\",\"event\":{\"mechanism\":\"gaussian\",\"noiseMultiplier\":0}}")]
    [InlineData("{\"kind\":\"spend\",\"hash\":\"HASH\",\"event\":{\"noiseMultiplier\":1}}")]
    public void Ledger_line_that_is_no_entry_is_named(string line)
    {
        string[] lines =
        [
            $$"""{"kind":"cap","hash":"{{SampleRelease.Hash("c")}}"}""",
            line.Replace("HASH", SampleRelease.Hash("a"), StringComparison.Ordinal),
        ];

        var fault = Assert.Throws<FormatException>(() => LedgerWitness.ReadSpends(lines));

        Assert.Contains("Line 2 is not a ledger entry, a JSON object with 'kind' and 'hash'.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Spends_are_read_with_what_they_say_and_nothing_else_is()
    {
        string[] lines =
        [
            $$$"""{"kind":"spend","hash":"{{{SampleRelease.Hash("a")}}}","run":"r","key":"k","event":{"mechanism":"laplace","noiseMultiplier":2,"count":1}}""",
            "  ",
            $$"""{"kind":"spend","hash":"{{SampleRelease.Hash("b")}}","run":null}""",
            $$"""{"kind":"spend","hash":"{{SampleRelease.Hash("c").ToUpperInvariant()}}"}""",
            $$"""{"kind":"spend","hash":"{{SampleRelease.Hash("d")}}0"}""",
            $$"""{"kind":"cap","hash":"{{SampleRelease.Hash("e")}}"}""",
            """{"kind":"spend","hash":null}""",
            $$"""{"kind":"spend","head":1,"hash":"{{SampleRelease.Hash("f")}}"}""",
        ];

        Assert.Equal(
            new Dictionary<string, LedgerSpend>
            {
                [SampleRelease.Hash("a")] = new("r", "k", new LaplaceEvent { NoiseMultiplier = 2 }),
                [SampleRelease.Hash("b")] = new(null, null, null),
                [SampleRelease.Hash("f")] = new(null, null, null),
            },
            LedgerWitness.ReadSpends(lines));
    }
}
