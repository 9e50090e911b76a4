using Azure.Storage.Blobs;
using DpSynth.Catalogue;
using DpSynth.Storage.Candidates;
using DpSynth.Storage.Workers;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Sharing;
using DpSynth.Testing.Contracts;

namespace DpSynth.Storage.Tests.Contracts;

/// <summary>The public side's stores over blobs are held to what every such store keeps to; those of workers with the access that workers have.</summary>
public static class CandidateContracts
{
    [Collection(AzuriteTests.Name)]
    public sealed class OfCandidates(AzuriteFixture azurite) : CandidateStoreContract
    {
        protected override ICandidateStore Store { get; } = new CandidateStore(azurite.Exchange.Candidates, Decoders.Default, RequestParts.Json);

        protected override IDrawingStore Drawings { get; } = new DrawingStore(azurite.Exchange.Candidates);
    }

    [Collection(AzuriteTests.Name)]
    public sealed class OfDrawings(AzuriteFixture azurite) : DrawingStoreContract
    {
        protected override IDrawingStore Store { get; } = new DrawingStore(OfWorkers(azurite));

        protected override IDrawingStore App { get; } = new DrawingStore(azurite.Exchange.Candidates);
    }

    [Collection(AzuriteTests.Name)]
    public sealed class OfRecords(AzuriteFixture azurite) : SharedRecordsContract
    {
        protected override ISharedRecords Records { get; } = new SharedRecords(OfWorkers(azurite));
    }

    private static BlobContainerClient OfWorkers(AzuriteFixture azurite) =>
        WorkerStorage.FromAccess(WorkerAccess.Sign(azurite.Exchange, TimeSpan.FromHours(1), TimeProvider.System)).Candidates;
}
