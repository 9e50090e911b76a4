using DpSynth.Cli.Terminals;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Cli.Tests.Terminals;

public sealed class LayoutTests
{
    private static readonly string[] _headings = ["RUN", "STATE", "REASON"];

    private static readonly string[][] _rows =
    [
        ["birds-2026", "succeeded", ""],
        ["a-run-with-a-long-name", "refused", "The dataset 'birds' may cost ε 4 in all and has ε 0.5 left."],
    ];

    [Fact]
    public void Table_in_a_file_has_a_line_a_row_and_no_codes() => Assert.Equal(
        """
        RUN                     STATE      REASON
        birds-2026              succeeded
        a-run-with-a-long-name  refused    The dataset 'birds' may cost ε 4 in all and has ε 0.5 left.
        """,
        new Layout(null).Table(_headings, _rows));

    [Fact]
    public void Table_on_a_terminal_wraps_its_last_column_where_words_have_room()
    {
        var lines = Plain(new Layout(60).Table(_headings, _rows));

        Assert.Equal(
            [
                "RUN                     STATE      REASON",
                "birds-2026              succeeded",
                "a-run-with-a-long-name  refused    The dataset 'birds' may",
                "                                   cost ε 4 in all and has ε",
                "                                   0.5 left.",
            ],
            lines);
    }

    [Fact]
    public void Table_that_no_terminal_of_its_width_could_hold_is_not_cut() =>
        Assert.Equal(new Layout(null).Table(_headings, _rows), string.Join(Environment.NewLine, Plain(new Layout(30).Table(_headings, _rows))));

    [Fact]
    public void Table_pads_by_what_characters_take_on_a_screen() => Assert.Equal(
        """
        CLASS  IMAGES
        猫     12
        🐦     7
        é      3
        """,
        new Layout(null).Table(["CLASS", "IMAGES"], [["猫", "12"], ["🐦", "7"], ["é", "3"]]));

    [Fact]
    public void Names_in_brackets_are_names() => Assert.Equal(
        """
        CLASS  IMAGES
        [red]  1
        [/]    2
        """,
        new Layout(null).Table(["CLASS", "IMAGES"], [["[red]", "1"], ["[/]", "2"]]));

    [Fact]
    public void Pairs_leave_out_names_without_a_value() => Assert.Equal(
        """
        run    birds-1
        state  running
        """,
        new Layout(null).Pairs([("run", "birds-1"), ("state", "running"), ("reason", null), ("release", "")]));

    [Fact]
    public void Pairs_without_any_value_are_nothing() => Assert.Equal("", new Layout(null).Pairs([("reason", null)]));

    [Fact]
    public void Plain_words_in_a_file_are_padded_to_the_widest() => Prop.ForAll(
        Gen.Elements("", "a", "bc d", "e-f_g/h.png", "0.5 %", "x,y;z").ListOf(2).Select(row => row.ToArray()).ListOf().ToArbitrary(),
        rows =>
        {
            string[][] lines = [["NAME", "VALUE"], .. rows];
            var width = lines.Max(line => line[0].Length);
            var expected = string.Join(Environment.NewLine, lines.Select(line => $"{line[0].PadRight(width)}  {line[1]}".TrimEnd())).TrimEnd();
            return new Layout(null).Table(lines[0], lines[1..]) == expected;
        }).QuickCheckThrowOnFailure();

    private static string[] Plain(string text)
    {
        Assert.Contains("\e[1m", text, StringComparison.Ordinal);
        return text.Replace("\e[1m", "", StringComparison.Ordinal).Replace("\e[0m", "", StringComparison.Ordinal)
            .Split(Environment.NewLine).Select(line => line.TrimEnd()).ToArray();
    }
}
