using System.Text.Json.Serialization;

namespace DpSynth.LocalHost.Journal;

/// <summary>One entry: a write that is about to be sent, or what became of one.</summary>
internal sealed record JournalEntry
{
    /// <summary>The write, the same in both of its entries.</summary>
    public required Guid Id { get; init; }

    /// <summary>When the entry was made (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The write, its bytes behind the entry; null in the entry that says what became of it.</summary>
    public BlobWrite? Write { get; init; }

    /// <summary>Whether the emulator did it; null where <see cref="Write"/> is set.</summary>
    public bool? IsDone { get; init; }

    /// <summary>The version that the blob has since; null if it was not done.</summary>
    public string? Version { get; init; }

    /// <summary>Where the write's bytes lie in the journal; only known of entries that were read.</summary>
    [JsonIgnore]
    public JournalBytes Bytes { get; init; }
}

/// <summary>Bytes in a file of the journal.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">Where they begin.</param>
/// <param name="Length">How many there are.</param>
internal readonly record struct JournalBytes(string File, long Offset, int Length)
{
    /// <summary>Reads them.</summary>
    public byte[] Read()
    {
        var bytes = new byte[Length];
        if (Length > 0)
        {
            using var file = System.IO.File.OpenHandle(File, share: FileShare.ReadWrite | FileShare.Delete);
            for (var read = 0; read < Length;)
            {
                var more = RandomAccess.Read(file, bytes.AsSpan(read), Offset + read);
                read += more > 0 ? more : throw new EndOfStreamException($"The journal {File} was cut off while it was read.");
            }
        }

        return bytes;
    }
}
