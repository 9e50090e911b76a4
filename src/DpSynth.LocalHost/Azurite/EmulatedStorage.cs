using Azure.Storage.Blobs;
using DpSynth.LocalHost.Journal;
using DpSynth.Storage.Accounts;

namespace DpSynth.LocalHost.Azurite;

/// <summary>
/// The storage of a data folder without accounts of its own: the emulator, and the journal of what it must not lose. At its start what the emulator
/// has lost since it last saved is put back.
/// </summary>
public sealed class EmulatedStorage : IAsyncDisposable
{
    private const string ProbeContainer = "journal-probe";

    private static readonly TimeSpan _checkpointPause = TimeSpan.FromMinutes(1);

    private readonly string _dataFolder;
    private readonly AzuriteProcess _azurite;
    private readonly BlobJournal _journal;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _checkpoints;
    private bool _disposed;

    private EmulatedStorage(string dataFolder, AzuriteProcess azurite, BlobJournal journal, StorageLoss loss)
    {
        (_dataFolder, _azurite, _journal, Loss) = (dataFolder, azurite, journal, loss);
        CallPolicies = new BlobCallPolicies(new JournalPolicy(journal));
        Checkpoint = new Checkpoint(journal, azurite.Data, new BlobContainerClient(azurite.ExchangeStorage, ProbeContainer));
        _checkpoints = Checkpoint.RunAsync(_checkpointPause, _stop.Token);
    }

    /// <summary>Connection string of the private account.</summary>
    public string PrivateStorage => _azurite.PrivateStorage;

    /// <summary>Connection string of the exchange account.</summary>
    public string ExchangeStorage => _azurite.ExchangeStorage;

    /// <summary>What every client of the stores must be made with.</summary>
    public BlobCallPolicies CallPolicies { get; }

    /// <summary>Completes when the emulator has ended, wanted or not.</summary>
    public Task Ended => _azurite.Ended;

    /// <summary>What the emulator had lost, at this start or an earlier one, and nobody has dealt with yet.</summary>
    public StorageLoss Loss { get; }

    internal Checkpoint Checkpoint { get; }

    /// <summary>Starts the emulator of a data folder and puts back what it has lost.</summary>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="home">The repository's root; null as for <see cref="AzuriteOptions.Home"/>.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="InvalidOperationException">The emulator does not start.</exception>
    public static async Task<EmulatedStorage> StartAsync(string dataFolder, string? home, CancellationToken cancellationToken)
    {
        DataFolder.Close(dataFolder);
        var hadJournal = BlobJournal.Exists(dataFolder);
        var options = new AzuriteOptions { DataFolder = Path.Combine(dataFolder, "azurite"), Home = home };
        var azurite = await AzuriteProcess.StartAsync(options, cancellationToken);
        BlobJournal? journal = null;
        try
        {
            journal = BlobJournal.Open(dataFolder, TimeProvider.System);
            var earlier = StorageLoss.Remembered(dataFolder);

            // Remembered first: once the emulator has saved what is put back nothing else tells that it had died.
            new StorageLoss { HasDied = !azurite.HadSaved }.After(earlier).Remember(dataFolder);
            var loss = await RestoreAsync(azurite, journal, hadJournal, cancellationToken);
            loss.After(earlier).Remember(dataFolder);
            if (loss.PutBack.Count > 0)
            {
                // It saves all it has when it ends, and only then may the journal go.
                await azurite.DisposeAsync();
                var isSaved = azurite.HasSaved;
                azurite = await AzuriteProcess.StartAsync(options, cancellationToken);
                if (!isSaved)
                {
                    throw new InvalidOperationException(
                        $"The storage emulator did not save what was put back after it had died: see {options.DataFolder} and start again.");
                }
            }

            DiskSync.Tree(azurite.Data);
            if (loss.Doubts.Count > 0)
            {
                journal.SetAside(journal.Files());
            }

            journal.Drop(journal.Files());
            return new EmulatedStorage(dataFolder, azurite, journal, loss.After(earlier));
        }
        catch
        {
            await azurite.DisposeAsync();
            journal?.Dispose();
            throw;
        }
    }

    /// <summary>What clients of another process must be made with that use the emulator of the host running on a data folder.</summary>
    public static BlobCallPolicies CallPoliciesOf(string dataFolder) => new(new JournalPolicy(BlobJournal.Open(dataFolder, TimeProvider.System)));

    /// <summary>Says that what the loss means for runs is dealt with: they are started again, or ended.</summary>
    public void SettleLoss() => StorageLoss.Forget(_dataFolder);

    /// <summary>Lets the emulator save its data and end; what it has saved leaves the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stop.CancelAsync();
        await _checkpoints;
        await _azurite.DisposeAsync();
        if (_azurite.HasSaved)
        {
            DiskSync.Tree(_azurite.Data);
            _journal.Drop(_journal.Files());
        }

        _journal.Dispose();
        _stop.Dispose();
    }

    private static async Task<StorageLoss> RestoreAsync(
        AzuriteProcess azurite, BlobJournal journal, bool hadJournal, CancellationToken cancellationToken)
    {
        var entries = new List<JournalEntry>();
        var doubts = new List<string>();
        foreach (var file in journal.Files())
        {
            entries.AddRange(JournalFile.Read(file, out var isWhole));
            if (!isWhole)
            {
                doubts.Add($"The journal {file} is damaged.");
            }
        }

        if (!azurite.HadSaved && !hadJournal)
        {
            doubts.Add("The storage emulator died under a version that kept no journal.");
        }

        var restoration = new Restoration(account => new BlobServiceClient(
            account == AzuriteState.PrivateAccount ? azurite.PrivateStorage : azurite.ExchangeStorage,
            new BlobClientOptions { Retry = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(100) } }));
        await restoration.RestoreAsync(JournalFates.Of(entries).All, cancellationToken);
        return new StorageLoss
        {
            HasDied = !azurite.HadSaved,
            LastWrite = entries.Count > 0 ? entries.Max(static entry => entry.At) : DateTimeOffset.MaxValue,
            PutBack = restoration.PutBack,
            Doubts = [.. doubts, .. restoration.Doubts],
        };
    }
}
