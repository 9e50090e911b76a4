using System.Xml.Linq;

namespace DpSynth.LocalHost.Journal;

/// <summary>Follows the entries of a journal to what each blob must be.</summary>
internal sealed class JournalFates
{
    private readonly Dictionary<BlobPlace, BlobFate> _fates = [];
    private readonly Dictionary<(BlobPlace, string), JournalBytes> _blocks = [];

    /// <summary>The blobs that the journal knows of.</summary>
    public IReadOnlyCollection<BlobFate> All => _fates.Values;

    /// <summary>Follows entries, oldest first.</summary>
    public static JournalFates Of(IReadOnlyCollection<JournalEntry> entries)
    {
        var answers = entries.Where(static entry => entry.IsDone is not null).ToDictionary(static entry => entry.Id);
        var fates = new JournalFates();
        foreach (var entry in entries.Where(static entry => entry.Write is not null))
        {
            fates.Take(entry.Write!, entry.Bytes, answers.GetValueOrDefault(entry.Id));
        }

        return fates;
    }

    private void Take(BlobWrite write, JournalBytes bytes, JournalEntry? answer)
    {
        if (answer is { IsDone: false })
        {
            return;
        }

        var before = _fates.GetValueOrDefault(write.Place);
        var isUncertain = answer is null;
        if (isUncertain && !MayBeDone(write, before))
        {
            return;
        }

        switch (write.Kind)
        {
            case WriteKind.Block:
                _blocks[(write.Place, write.BlockId!)] = bytes;
                break;
            case WriteKind.Put:
                Become(new WholeBlob(write.Place, answer?.Version) { Write = write, Parts = [(null, bytes)], IsUncertain = isUncertain && before is null });
                break;
            case WriteKind.CommitBlocks:
                Become(new WholeBlob(write.Place, answer?.Version)
                {
                    Write = write,
                    Parts = PartsOf(write.Place, bytes),
                    IsUncertain = isUncertain && before is null,
                });
                break;
            case WriteKind.CreateAppend:
                Become(new GrownBlob(write.Place, answer?.Version) { Creation = write });
                break;
            case WriteKind.Append:
                var grown = before as GrownBlob ?? new GrownBlob(write.Place, Version: null);
                grown.Pieces.Add((write.Position!.Value, bytes, isUncertain));
                Become(grown with { Version = answer?.Version });
                break;
            default:
                Become(new GoneBlob(write.Place));
                break;
        }
    }

    private void Become(BlobFate fate) => _fates[fate.Place] = fate;

    /// <summary>Whether a write without an answer can have been done, as far as the writes before it tell.</summary>
    private static bool MayBeDone(BlobWrite write, BlobFate? before) => (write, before) switch
    {
        ({ OnlyIfNew: true }, not null and not GoneBlob) => false,
        ({ IfMatch: { } wanted }, { Version: { } version }) => wanted == version,
        ({ IfMatch: not null }, GoneBlob) => false,
        _ => true,
    };

    private List<(string? BlockId, JournalBytes Bytes)> PartsOf(BlobPlace place, JournalBytes list) =>
    [
        .. XDocument.Load(new MemoryStream(list.Read())).Root!.Elements()
            .Select(block => ((string?)block.Value, _blocks.GetValueOrDefault((place, block.Value)))),
    ];
}
