using DpSynth.LocalHost.Journal;

namespace DpSynth.LocalHost.Tests.Journal;

/// <summary>What the journal says of writes that were refused, and of those whose answer nobody knows.</summary>
public sealed class JournalFatesTests
{
    [Fact]
    public void Refused_write_changes_nothing()
    {
        var entry = Written.Entry(Written.Write(WriteKind.Put, onlyIfNew: true));
        Assert.Empty(JournalFates.Of([entry, Written.Answer(entry, isDone: false)]).All);
    }

    [Fact]
    public void Unanswered_write_of_a_new_blob_is_uncertain_and_refused_where_the_journal_has_the_blob()
    {
        var first = Written.Entry(Written.Write(WriteKind.Put, onlyIfNew: true));
        var second = Written.Entry(Written.Write(WriteKind.Put, onlyIfNew: true));

        var alone = Assert.IsType<WholeBlob>(Assert.Single(JournalFates.Of([first]).All));
        Assert.True(alone.IsUncertain);
        var known = Assert.IsType<WholeBlob>(Assert.Single(JournalFates.Of([first, Written.Answer(first, isDone: true), second]).All));
        Assert.Equal((first.Write, false), (known.Write, known.IsUncertain));
    }

    [Theory]
    [InlineData("\"1\"", true)]
    [InlineData("\"0\"", false)]
    public void Unanswered_write_on_a_version_counts_if_that_is_the_version_of_the_write_before(string wanted, bool counts)
    {
        var first = Written.Entry(Written.Write(WriteKind.Put));
        var second = Written.Entry(Written.Write(WriteKind.Put, ifMatch: wanted));
        var fate = Assert.IsType<WholeBlob>(Assert.Single(JournalFates.Of([first, Written.Answer(first, isDone: true, "\"1\""), second]).All));
        Assert.Same(counts ? second.Write : first.Write, fate.Write);
    }

    [Fact]
    public void Appended_pieces_follow_each_other_and_only_the_unanswered_is_uncertain()
    {
        var create = Written.Entry(Written.Write(WriteKind.CreateAppend, onlyIfNew: true));
        var first = Written.Entry(Written.Write(WriteKind.Append, position: 0));
        var refused = Written.Entry(Written.Write(WriteKind.Append, position: 0));
        var last = Written.Entry(Written.Write(WriteKind.Append, position: 5));
        var fate = Assert.IsType<GrownBlob>(Assert.Single(JournalFates.Of(
            [
                create, Written.Answer(create, isDone: true), first, Written.Answer(first, isDone: true), refused, Written.Answer(refused, isDone: false), last,
            ]).All));
        Assert.Equal([(0L, false), (5L, true)], fate.Pieces.Select(piece => (piece.Position, piece.IsUncertain)));
        Assert.NotNull(fate.Creation);
    }

    [Fact]
    public void Deleted_blob_is_gone_and_may_come_again()
    {
        var put = Written.Entry(Written.Write(WriteKind.Put));
        var delete = Written.Entry(Written.Write(WriteKind.Delete));
        var again = Written.Entry(Written.Write(WriteKind.Put, onlyIfNew: true));
        JournalEntry[] entries = [put, Written.Answer(put, isDone: true), delete, Written.Answer(delete, isDone: true)];
        Assert.IsType<GoneBlob>(Assert.Single(JournalFates.Of(entries).All));
        Assert.Same(again.Write, Assert.IsType<WholeBlob>(Assert.Single(JournalFates.Of([.. entries, again]).All)).Write);
    }
}
