using DpSynth.Storage.Layout;

namespace DpSynth.LocalHost.Journal;

/// <summary>
/// What of the emulator's blobs must not be lost: everything but what people put there from outside and can put there again, images, models and
/// public image sets.
/// </summary>
internal static class JournalScope
{
    private static readonly string[] _containers =
    [
        PrivateLayout.Work, PrivateLayout.Ledgers, PrivateLayout.LedgerHeads, ExchangeLayout.Requests, ExchangeLayout.Candidates, ExchangeLayout.Releases,
    ];

    /// <summary>Whether writes to a blob are entered in the journal.</summary>
    public static bool Holds(BlobPlace place) => _containers.Contains(place.Container)
        && !(place.Container == ExchangeLayout.Candidates && place.Blob.StartsWith(ExchangeLayout.PublicSets, StringComparison.Ordinal));
}
