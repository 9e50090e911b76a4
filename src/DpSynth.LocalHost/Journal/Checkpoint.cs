using Azure.Storage.Blobs;

namespace DpSynth.LocalHost.Journal;

/// <summary>
/// Keeps the journal short: lets go of what the emulator has saved. It saves every five seconds what has changed, in files that it replaces, so that
/// whoever has seen both replaced twice since a moment knows that all of that moment is in them.
/// </summary>
/// <param name="journal">The journal.</param>
/// <param name="emulatorFolder">The folder of the emulator's data.</param>
/// <param name="probes">A container of the emulator in which nobody else writes: something must change for the emulator to save.</param>
internal sealed class Checkpoint(BlobJournal journal, string emulatorFolder, BlobContainerClient probes)
{
    private static readonly string[] _databases = ["__azurite_db_blob__.json", "__azurite_db_blob_extent__.json"];

    /// <summary>Looks now and then whether the journal has grown, until it is stopped.</summary>
    public async Task RunAsync(TimeSpan pause, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await Task.Delay(pause, stop);
                if (journal.Length() > 0)
                {
                    await TakeAsync(stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception) when (!stop.IsCancellationRequested)
            {
                // The emulator is away, or the disk is full: the journal stays as long as it is, and the next look comes.
            }
        }
    }

    /// <summary>Lets go of all that is in the journal now, once the emulator has it on the disk.</summary>
    /// <returns>Whether there was anything.</returns>
    public async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var files = await journal.SealAsync(cancellationToken);
        if (files.Count == 0)
        {
            return false;
        }

        await WaitUntilSavedAsync(cancellationToken);
        DiskSync.Tree(emulatorFolder);
        journal.Drop(files);
        return true;
    }

    private async Task WaitUntilSavedAsync(CancellationToken cancellationToken)
    {
        var last = Array.ConvertAll(_databases, VersionOf);
        var saves = new int[_databases.Length];
        await probes.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        while (saves.Min() < 2)
        {
            await probes.GetBlobClient("probe").UploadAsync(BinaryData.FromString("."), overwrite: true, cancellationToken);
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
            for (var i = 0; i < saves.Length; i++)
            {
                var now = VersionOf(_databases[i]);
                saves[i] += now != last[i] ? 1 : 0;
                last[i] = now;
            }
        }
    }

    private DateTime VersionOf(string database) => File.GetLastWriteTimeUtc(Path.Combine(emulatorFolder, database));
}
