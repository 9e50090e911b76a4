using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Sharing;
using DpSynth.Testing.Contracts;
using DpSynth.Testing.InMemory;

namespace DpSynth.Synthesis.Tests.Contracts;

/// <summary>The stores in memory, over which the domain is tested, are held to what the real ones are held to.</summary>
public static class InMemoryStoreContracts
{
    public sealed class OfDatasets : DatasetStoreContract
    {
        private readonly InMemoryPrivateStore _store = new();

        protected override IDatasetStore Store => _store;

        protected override Task PutAsync(string blob, byte[] content)
        {
            _store.Blobs[blob] = content;
            return Task.CompletedTask;
        }

        protected override Task RemoveAsync(string blob)
        {
            Assert.True(_store.Blobs.Remove(blob));
            return Task.CompletedTask;
        }
    }

    public sealed class OfRecords : RunRecordsContract
    {
        protected override IRunRecords Records { get; } = new InMemoryPrivateStore();
    }

    public sealed class OfEmbeddings : PrivateEmbeddingsContract
    {
        protected override IPrivateEmbeddings Embeddings { get; } = new InMemoryPrivateStore();
    }

    public sealed class OfExactWork : ExactWorkContract
    {
        protected override IExactWork Work { get; } = new InMemoryPrivateStore();
    }

    public sealed class OfMeasurements : MeasurementsContract
    {
        protected override IMeasurements Measurements { get; } = new InMemoryPrivateStore();
    }

    public sealed class OfRetention : ExactWorkRetentionContract<InMemoryPrivateStore>
    {
        protected override InMemoryPrivateStore Store { get; } = new InMemoryPrivateStore();
    }

    public sealed class OfCandidates : CandidateStoreContract
    {
        private readonly InMemoryDrawingStore _drawings = new();

        public OfCandidates() => Store = new InMemoryCandidateStore(_drawings);

        protected override ICandidateStore Store { get; }

        protected override IDrawingStore Drawings => _drawings;
    }

    public sealed class OfDrawings : DrawingStoreContract
    {
        protected override IDrawingStore Store { get; } = new InMemoryDrawingStore();
    }

    public sealed class OfSharedRecords : SharedRecordsContract
    {
        protected override ISharedRecords Records { get; } = new InMemorySharedRecords();
    }
}
