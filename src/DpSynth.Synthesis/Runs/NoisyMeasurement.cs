using DpSynth.Ledgers;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// The one place where something derived from private data is made public: integers with noise on every one.
/// </summary>
/// <remarks>
/// The order is what the guarantee rests on. First the ledger holds the spend, durably; then noise is drawn and the noisy counts are
/// written if none are there; what is there, from whichever attempt, is the measurement. A crash between the steps wastes nothing but
/// work: what was not written has been read by nobody.
/// </remarks>
public sealed class NoisyMeasurement(IRunRecords records, IMeasurements measured, IPrivacyLedger ledger, IDiscreteGaussianNoise noise)
{
    /// <summary>Makes a measurement; the second time it finds the first one's.</summary>
    /// <param name="dataset">The dataset whose budget pays.</param>
    /// <param name="runId">The run.</param>
    /// <param name="measurement">What was reserved.</param>
    /// <param name="exactValues">
    /// Integers part by part, such as one histogram a class; called only if a part is not measured yet. All parts together have the
    /// measurement's sensitivity.
    /// </param>
    /// <param name="parts">Number of parts.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The noisy values, part by part.</returns>
    /// <exception cref="InvalidOperationException">The run has not reserved the measurement, or is closed.</exception>
    public async Task<IReadOnlyList<long[]>> MeasureAsync(
        string dataset,
        string runId,
        PlannedMeasurement measurement,
        Func<Task<IReadOnlyList<long[]>>> exactValues,
        int parts,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        ArgumentNullException.ThrowIfNull(exactValues);
        var entry = await ledger.SpendAsync(dataset, runId, measurement.Key, cancellationToken);
        await records.TryCreateRecordAsync(runId, SpentMeasurement.RecordName(measurement.Key), new SpentMeasurement(entry), cancellationToken);

        var noisy = new long[parts][];
        IReadOnlyList<long[]>? exact = null;
        for (var part = 0; part < parts; part++)
        {
            if (await measured.ReadMeasurementAsync(runId, measurement.Key, part, cancellationToken) is { } earlier)
            {
                noisy[part] = earlier;
                continue;
            }

            exact ??= await exactValues();
            var drawn = IntegerMechanism.Measure(exact[part], measurement.Event, noise, $"{runId}/{measurement.Key}/{part}");
            noisy[part] = await measured.PersistMeasurementAsync(runId, measurement.Key, part, drawn, cancellationToken);
        }

        return noisy;
    }
}

/// <summary>A measurement that the ledger has recorded.</summary>
/// <param name="LedgerEntry">SHA-256 of the entry, in hexadecimal.</param>
internal sealed record SpentMeasurement(string LedgerEntry)
{
    /// <summary>Name of the private record of one measurement.</summary>
    public static string RecordName(string key) => $"spent-{key}";
}
