using DpSynth.Ledgers;
using DpSynth.Storage.Budgets;
using DpSynth.Storage.Layout;
using DpSynth.Testing.Contracts;

namespace DpSynth.Storage.Tests.Contracts;

/// <summary>Ledgers over blobs are held to what every ledger keeps to, also where their chains are in many pieces.</summary>
public static class LedgerContracts
{
    [Collection(AzuriteTests.Name)]
    public sealed class OfStorage(AzuriteFixture azurite) : StorageOverBlobs(azurite, BlobLedgerStorage.SegmentEntries);

    [Collection(AzuriteTests.Name)]
    public sealed class OfStorageInPieces(AzuriteFixture azurite) : StorageOverBlobs(azurite, segmentEntries: 2);

    [Collection(AzuriteTests.Name)]
    public sealed class OfLedger(AzuriteFixture azurite) : PrivacyLedgerContract, IDisposable
    {
        private readonly PrivacyLedger _ledger = new(new BlobLedgerStorage(azurite.Private), TimeProvider.System);

        protected override IPrivacyLedger Ledger => _ledger;

        public void Dispose() => _ledger.Dispose();
    }

    public abstract class StorageOverBlobs(AzuriteFixture azurite, int segmentEntries) : LedgerStorageContract
    {
        protected override ILedgerStorage Storage { get; } = new BlobLedgerStorage(azurite.Private, segmentEntries);

        protected override ILedgerStorage NewClient() => new BlobLedgerStorage(azurite.Private, segmentEntries);

        protected override Task RemoveCatalogueAsync() => azurite.Private.LedgerHeads.DeleteBlobIfExistsAsync(PrivateLayout.LedgerCatalogue);
    }
}
