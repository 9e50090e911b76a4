using Azure.Storage.Blobs.Models;
using DpSynth.Catalogue;
using DpSynth.Storage.Datasets;
using DpSynth.Synthesis.Datasets;
using DpSynth.Testing.Contracts;

namespace DpSynth.Storage.Tests.Contracts;

/// <summary>The private store over blobs is held to what every private store keeps to.</summary>
public static class PrivateStoreContracts
{
    [Collection(AzuriteTests.Name)]
    public sealed class OfDatasets(AzuriteFixture azurite) : DatasetStoreContract
    {
        protected override IDatasetStore Store { get; } = new PrivateStore(azurite.Private, RequestParts.Json);

        protected override Task PutAsync(string blob, byte[] content) =>
            azurite.Private.Data.GetBlobClient(blob).UploadAsync(BinaryData.FromBytes(content), new BlobUploadOptions());

        protected override Task RemoveAsync(string blob) => azurite.Private.Data.DeleteBlobAsync(blob);
    }

    [Collection(AzuriteTests.Name)]
    public sealed class OfRecords(AzuriteFixture azurite) : RunRecordsContract
    {
        protected override IRunRecords Records { get; } = new PrivateStore(azurite.Private, RequestParts.Json);
    }

    [Collection(AzuriteTests.Name)]
    public sealed class OfEmbeddings(AzuriteFixture azurite) : PrivateEmbeddingsContract
    {
        protected override IPrivateEmbeddings Embeddings { get; } = new PrivateStore(azurite.Private, RequestParts.Json);
    }

    [Collection(AzuriteTests.Name)]
    public sealed class OfExactWork(AzuriteFixture azurite) : ExactWorkContract
    {
        protected override IExactWork Work { get; } = new PrivateStore(azurite.Private, RequestParts.Json);
    }

    [Collection(AzuriteTests.Name)]
    public sealed class OfMeasurements(AzuriteFixture azurite) : MeasurementsContract
    {
        protected override IMeasurements Measurements { get; } = new PrivateStore(azurite.Private, RequestParts.Json);
    }

    [Collection(AzuriteTests.Name)]
    public sealed class OfRetention(AzuriteFixture azurite) : ExactWorkRetentionContract<PrivateStore>
    {
        protected override PrivateStore Store { get; } = new PrivateStore(azurite.Private, RequestParts.Json);
    }
}
