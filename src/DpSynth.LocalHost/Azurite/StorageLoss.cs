using System.Text.Json;
using DpSynth.LocalHost.Journal;

namespace DpSynth.LocalHost.Azurite;

/// <summary>What an emulator that died had lost. It is remembered until a host has done what is to be done about runs: commands start emulators too.</summary>
public sealed record StorageLoss
{
    /// <summary>Nothing: there is no emulator, or it has saved what it had when it ended.</summary>
    public static StorageLoss None { get; } = new();

    /// <summary>Whether it ended without saving, so that its queues and tables tell of different moments, all of them past.</summary>
    public bool HasDied { get; init; }

    /// <summary>When the last write was made of which the journal knows.</summary>
    public DateTimeOffset LastWrite { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>The blobs that were put back from the journal at this start.</summary>
    public IReadOnlyList<string> PutBack { get; init; } = [];

    /// <summary>Why it cannot be told whether everything is back; none where it can.</summary>
    public IReadOnlyList<string> Doubts { get; init; } = [];

    /// <summary>This and what an earlier death has left to be done.</summary>
    internal StorageLoss After(StorageLoss earlier) => new()
    {
        HasDied = HasDied || earlier.HasDied,
        LastWrite = LastWrite < earlier.LastWrite ? LastWrite : earlier.LastWrite,
        PutBack = PutBack,
        Doubts = [.. earlier.Doubts, .. Doubts],
    };

    internal static StorageLoss Remembered(string dataFolder) =>
        File.Exists(PathIn(dataFolder)) ? JsonSerializer.Deserialize<StorageLoss>(File.ReadAllBytes(PathIn(dataFolder))) ?? None : None;

    internal static void Forget(string dataFolder) => File.Delete(PathIn(dataFolder));

    internal void Remember(string dataFolder)
    {
        if (HasDied || Doubts.Count > 0)
        {
            PrivateFile.Replace(PathIn(dataFolder), JsonSerializer.SerializeToUtf8Bytes(this));
            DiskSync.Tree(BlobJournal.FolderOf(dataFolder));
        }
    }

    private static string PathIn(string dataFolder) => Path.Combine(BlobJournal.FolderOf(dataFolder), "loss.json");
}
