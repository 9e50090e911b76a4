using DpSynth.Catalogue;
using DpSynth.Synthesis.Requests;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Synthesis.Tests.Requests;

public sealed class RunRequestReaderProperties
{
    [Fact]
    public void Reader_never_fails_in_any_other_way_than_with_a_sentence()
    {
        // Requests with characters replaced at random places: whatever comes of it is a request or a RequestException.
        const string valid =
            """
            {"runId":"r","dataset":"d","epsilon":1,"delta":1e-6,"image":{"width":8,"height":8},"generator":{"name":"draw-text"},
            "evolution":{"populationSizes":[4,4],"variationDegrees":[1,{"font":0.5}]}}
            """;
        var mutation =
            from place in Gen.Choose(0, valid.Length - 1)
            from replacement in Gen.Elements("", "0", "-", "\"", "{", "}", "[", "]", ",", "null", "1e400", "\u0000", "é", "NaN", "\\ud800")
            select (place, replacement);

        Prop.ForAll(Gen.ArrayOf(mutation, 3).ToArbitrary(), mutations =>
        {
            var json = mutations.Aggregate(
                valid, (text, change) => text[..Math.Min(change.place, text.Length)] + change.replacement + text[Math.Min(change.place + 1, text.Length)..]);
            try
            {
                return RequestParts.Reader.Read(json).RunId.Length > 0;
            }
            catch (RequestException fault)
            {
                return fault.Message.Length > 10 && fault.Message[^1] == '.';
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Fact]
    public void Identifiers_hold_nothing_that_means_something_in_a_path_or_a_URL() =>
        Prop.ForAll<string?>(text => !Identifier.IsValid(text) || text!.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
            .Check(Config.QuickThrowOnFailure);
}
