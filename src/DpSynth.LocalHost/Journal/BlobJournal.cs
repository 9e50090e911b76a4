using System.Globalization;

namespace DpSynth.LocalHost.Journal;

/// <summary>
/// The journal of a data folder's emulator, which answers before it has written. Every write to what must not be lost is entered here first and
/// on the disk before the emulator hears of it, so that nobody can read what is not in it. All processes of a data folder write one journal.
/// </summary>
internal sealed class BlobJournal : IDisposable
{
    private const string Suffix = ".journal";
    private const int Gates = 32;

    /// <summary>Where another file is begun: each is read whole.</summary>
    private const long FullFile = 128 << 20;

    private readonly string _folder;
    private readonly FileGate _append;
    private readonly FileGate[] _gates;
    private readonly TimeProvider _time;
    private readonly Dictionary<BlobPlace, DateTimeOffset> _blocks = [];

    private BlobJournal(string folder, TimeProvider time)
    {
        (_folder, _time) = (folder, time);
        _append = new FileGate(Path.Combine(folder, "append.gate"));
        _gates = [.. Enumerable.Range(0, Gates).Select(gate => new FileGate(Path.Combine(folder, $"{gate:D2}.gate")))];
    }

    /// <summary>Opens the journal of a data folder; it is made if it is missing.</summary>
    public static BlobJournal Open(string dataFolder, TimeProvider time)
    {
        var folder = FolderOf(dataFolder);
        PrivateFile.CreateFolder(folder);
        return new BlobJournal(folder, time);
    }

    /// <summary>Where a data folder's journal lies.</summary>
    public static string FolderOf(string dataFolder) => Path.Combine(dataFolder, "journal");

    /// <summary>Whether there has ever been a journal in a data folder.</summary>
    public static bool Exists(string dataFolder) => Directory.Exists(FolderOf(dataFolder));

    /// <summary>The journal's files, oldest first.</summary>
    public IReadOnlyList<string> Files() => [.. Directory.GetFiles(_folder, "*" + Suffix).Order(StringComparer.Ordinal)];

    /// <summary>Bytes of all files together.</summary>
    public long Length() => Files().Sum(static file => new FileInfo(file).Length);

    /// <summary>
    /// Enters a write and waits until the disk has it. Until the answer is disposed of, nobody else writes that blob, so that the order of entries is
    /// that of the writes.
    /// </summary>
    public async Task<PendingWrite> BeginAsync(BlobWrite write, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var turn = await GateOf(write.Place).EnterAsync(cancellationToken);
        try
        {
            var id = Guid.NewGuid();
            await AppendAsync(new JournalEntry { Id = id, At = _time.GetUtcNow(), Write = write }, bytes, isDurable: true, cancellationToken);
            Note(write);
            return new PendingWrite(this, id, turn);
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    /// <summary>Begins a new file, once every write in the others has had its answer.</summary>
    /// <returns>The files before it; none if a blob is half sent.</returns>
    public async Task<IReadOnlyList<string>> SealAsync(CancellationToken cancellationToken)
    {
        var turns = new List<IDisposable>();
        try
        {
            foreach (var gate in _gates)
            {
                turns.Add(await gate.EnterAsync(cancellationToken));
            }

            if (HasOpenBlocks())
            {
                return [];
            }

            using var last = await _append.EnterAsync(cancellationToken);
            var files = Files();
            if (files.Count > 0)
            {
                Create(NumberOf(files[^1]) + 1);
            }

            return files;
        }
        finally
        {
            turns.ForEach(static turn => turn.Dispose());
        }
    }

    /// <summary>Deletes files whose writes the emulator has on the disk.</summary>
    public void Drop(IReadOnlyList<string> files)
    {
        foreach (var file in files)
        {
            File.Delete(file);
        }

        DiskSync.Folder(_folder);
    }

    /// <summary>Keeps files of which not everything could be put back, where nobody reads them as the journal any more.</summary>
    public void SetAside(IReadOnlyList<string> files)
    {
        var folder = Path.Combine(_folder, $"doubtful-{_time.GetUtcNow():yyyyMMdd-HHmmss}");
        PrivateFile.CreateFolder(folder);
        foreach (var file in files)
        {
            File.Move(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        DiskSync.Folder(folder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _append.Dispose();
        Array.ForEach(_gates, static gate => gate.Dispose());
    }

    internal Task EndAsync(Guid id, bool isDone, string? version)
    {
        var answer = new JournalEntry { Id = id, At = _time.GetUtcNow(), IsDone = isDone, Version = version };
        return AppendAsync(answer, default, isDurable: false, CancellationToken.None);
    }

    private static int NumberOf(string file) => int.Parse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture);

    private FileGate GateOf(BlobPlace place)
    {
        // string.GetHashCode differs from process to process.
        var hash = 2166136261u;
        foreach (var character in place.ToString())
        {
            hash = unchecked((hash ^ character) * 16777619u);
        }

        return _gates[hash % Gates];
    }

    private async Task AppendAsync(JournalEntry entry, ReadOnlyMemory<byte> bytes, bool isDurable, CancellationToken cancellationToken)
    {
        var record = JournalFile.Encode(entry, bytes.Span);
        using var turn = await _append.EnterAsync(cancellationToken);
        using var file = File.OpenHandle(LastFile(), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var end = RandomAccess.GetLength(file);
        try
        {
            RandomAccess.Write(file, record, end);
            if (isDurable)
            {
                RandomAccess.FlushToDisk(file);
            }
        }
        catch
        {
            // Half an entry, on a full disk, would hide all that come after it.
            RandomAccess.SetLength(file, end);
            throw;
        }
    }

    private string LastFile() => Files() switch
    {
        [] => Create(1),
        [.., var last] when new FileInfo(last).Length >= FullFile => Create(NumberOf(last) + 1),
        [.., var last] => last,
    };

    private string Create(int number)
    {
        var path = Path.Combine(_folder, number.ToString("D8", CultureInfo.InvariantCulture) + Suffix);
        new FileStream(path, PrivateFile.Options(FileMode.CreateNew)).Dispose();
        DiskSync.Folder(_folder);
        return path;
    }

    private void Note(BlobWrite write)
    {
        if (write.Kind is WriteKind.Block or WriteKind.CommitBlocks)
        {
            lock (_blocks)
            {
                if (write.Kind == WriteKind.Block)
                {
                    _blocks[write.Place] = _time.GetUtcNow();
                }
                else
                {
                    _blocks.Remove(write.Place);
                }
            }
        }
    }

    /// <summary>Whether blocks wait for their blob: not those that somebody has left behind.</summary>
    private bool HasOpenBlocks()
    {
        lock (_blocks)
        {
            return _blocks.Values.Any(at => _time.GetUtcNow() - at < TimeSpan.FromMinutes(10));
        }
    }
}

/// <summary>A write that is in the journal, and may be sent.</summary>
internal sealed class PendingWrite(BlobJournal journal, Guid id, IDisposable turn) : IDisposable
{
    /// <summary>Says what became of it. Where nobody says, it is told at the next start by the write's condition.</summary>
    public Task EndAsync(bool isDone, string? version) => journal.EndAsync(id, isDone, version);

    public void Dispose() => turn.Dispose();
}
