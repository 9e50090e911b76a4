using DpSynth.Testing.Contracts;
using DpSynth.Testing.InMemory;

namespace DpSynth.Ledgers.Tests.Contracts;

/// <summary>Ledgers in memory are held to what ledgers over blobs are held to.</summary>
public static class InMemoryLedgerContracts
{
    public sealed class OfStorage : LedgerStorageContract
    {
        private readonly InMemoryLedgerStorage _storage = new();

        protected override ILedgerStorage Storage => _storage;

        protected override ILedgerStorage NewClient() => _storage;

        protected override Task RemoveCatalogueAsync()
        {
            _storage.RemoveCatalogue();
            return Task.CompletedTask;
        }
    }

    public sealed class OfLedger : PrivacyLedgerContract, IDisposable
    {
        private readonly InMemoryPrivacyLedger _ledger = new();

        protected override IPrivacyLedger Ledger => _ledger;

        public void Dispose() => _ledger.Dispose();
    }
}
