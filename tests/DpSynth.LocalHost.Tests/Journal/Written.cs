using DpSynth.LocalHost.Journal;

namespace DpSynth.LocalHost.Tests.Journal;

/// <summary>Writes and entries for the tests of the journal.</summary>
internal static class Written
{
    public static readonly BlobPlace Somewhere = new("dpprivate", "ledgers", "a/b.jsonl");

    public static BlobWrite Write(WriteKind kind, string? ifMatch = null, bool onlyIfNew = false, long? position = null) =>
        new() { Kind = kind, Place = Somewhere, IfMatch = ifMatch, OnlyIfNew = onlyIfNew, Position = position };

    public static JournalEntry Entry(BlobWrite write) => new() { Id = Guid.NewGuid(), At = DateTimeOffset.UtcNow, Write = write };

    public static JournalEntry Answer(JournalEntry entry, bool isDone, string? version = null) =>
        new() { Id = entry.Id, At = DateTimeOffset.UtcNow, IsDone = isDone, Version = version };
}
