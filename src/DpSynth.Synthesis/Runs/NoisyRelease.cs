using DpSynth.Ledgers;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// The one place where something derived from private data is made public: integers with noise on every one.
/// </summary>
/// <remarks>
/// The order is what the guarantee rests on. First the ledger holds the spend, durably; then noise is drawn and the noisy counts are
/// written if none are there; what is there, from whichever attempt, is the release. A crash between the steps wastes nothing but
/// work: what was not written has been read by nobody.
/// </remarks>
public sealed class NoisyRelease(IRunRecords records, INoisyReleases released, IPrivacyLedger ledger, IDiscreteGaussianNoise noise)
{
    /// <summary>Makes a release; the second time it finds the first one's.</summary>
    /// <param name="dataset">The dataset whose budget pays.</param>
    /// <param name="runId">The run.</param>
    /// <param name="release">What was reserved.</param>
    /// <param name="exactValues">
    /// Integers part by part, such as one histogram a class; called only if a part is not released yet. All parts together have the
    /// release's sensitivity.
    /// </param>
    /// <param name="parts">Number of parts.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The noisy values, part by part.</returns>
    /// <exception cref="InvalidOperationException">The run has not reserved the release, or is closed.</exception>
    public async Task<IReadOnlyList<long[]>> ReleaseAsync(
        string dataset,
        string runId,
        PlannedRelease release,
        Func<Task<IReadOnlyList<long[]>>> exactValues,
        int parts,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        ArgumentNullException.ThrowIfNull(exactValues);
        var entry = await ledger.SpendAsync(dataset, runId, release.Key, cancellationToken);
        await records.TryCreateRecordAsync(runId, SpentRelease.RecordName(release.Key), new SpentRelease(entry), cancellationToken);

        var noisy = new long[parts][];
        IReadOnlyList<long[]>? exact = null;
        for (var part = 0; part < parts; part++)
        {
            if (await released.ReadReleaseAsync(runId, release.Key, part, cancellationToken) is { } earlier)
            {
                noisy[part] = earlier;
                continue;
            }

            exact ??= await exactValues();
            var drawn = IntegerMechanism.Release(exact[part], release.Event, noise, $"{runId}/{release.Key}/{part}");
            noisy[part] = await released.PersistReleaseAsync(runId, release.Key, part, drawn, cancellationToken);
        }

        return noisy;
    }
}

/// <summary>A release that the ledger has recorded.</summary>
/// <param name="LedgerEntry">SHA-256 of the entry, in hexadecimal.</param>
internal sealed record SpentRelease(string LedgerEntry)
{
    /// <summary>Name of the private record of one release.</summary>
    public static string RecordName(string key) => $"spent-{key}";
}
