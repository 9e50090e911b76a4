using System.Collections.Concurrent;
using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Generators.OpenAIImages.Accounts;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Sharing;

namespace DpSynth.Generators.OpenAIImages;

/// <summary>
/// The generator <c>openai-images</c>; see <see cref="OpenAIImagesOptions"/>. It works for one shard at a time, see <see cref="ForShard"/>.
/// Thread-safe.
/// </summary>
internal sealed class OpenAIImagesGenerator(
    OpenAIImagesOptions options, ImageShape shape, ImageDeployment deployment, ISharedRecords records, IDrawingStore drawings, ImageDecoder decoder)
        : IPaidGenerator
{
    private const string NoShard = "Paid images are drawn for a shard: ask ForShard first.";

    private readonly ConcurrentDictionary<string, RunAccount> _accounts = new(StringComparer.Ordinal);
    private readonly ShardDrawing.Kit _kit = ShardDrawing.Kit.Of(options, shape, deployment, drawings, decoder);

    /// <inheritdoc/>
    public int ParameterCount => ShardDrawing.Parameters;

    /// <inheritdoc/>
    public bool VariesFromImages => true;

    /// <inheritdoc/>
    public IGenerator ForShard(CandidateShardId shard)
    {
        ArgumentNullException.ThrowIfNull(shard);
        return new ShardDrawing(_kit, _accounts.GetOrAdd(shard.RunId, run => new RunAccount(records, run, options)), shard);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always: nothing is paid for without a shard to keep it for.</exception>
    public ValueTask<CandidateBatch> RandomAsync(string? className, ReadOnlyMemory<ulong> seeds, CancellationToken cancellationToken) =>
        throw new InvalidOperationException(NoShard);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always: nothing is paid for without a shard to keep it for.</exception>
    public ValueTask<CandidateBatch> VaryAsync(
        CandidateBatch parents, ReadOnlyMemory<int> parentOf, VariationDegree degree, string? className, ReadOnlyMemory<ulong> seeds,
            CancellationToken cancellationToken) =>
        throw new InvalidOperationException(NoShard);
}
