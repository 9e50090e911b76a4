using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DpSynth.Catalogue;
using DpSynth.Imaging;
using DpSynth.Imaging.Png;
using DpSynth.Numerics;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Testing.InMemory;

/// <summary>The candidate store without storage.</summary>
/// <param name="drawings">The single drawings that belong to it.</param>
public sealed class InMemoryCandidateStore(InMemoryDrawingStore? drawings = null) : ICandidateStore
{
    private readonly ConcurrentDictionary<string, string> recipes = new();
    private readonly ConcurrentDictionary<(string Run, int Generation), ParentList> parents = new();
    private readonly ConcurrentDictionary<CandidateShardId, StoredShard> shards = new();
    private readonly ConcurrentDictionary<string, bool> ended = new();
    private int writes;

    /// <summary>How often somebody wrote a shard, for the first time or again.</summary>
    public int Writes => writes;

    /// <summary>Puts a recipe in another's place, which no step of a run can.</summary>
    public void Replace(GenerationRecipe recipe) => recipes[recipe.RunId] = JsonSerializer.Serialize(recipe, RequestParts.Json.Options);

    public Task WriteRecipeAsync(GenerationRecipe recipe, CancellationToken cancellationToken) => Answer.To(
        cancellationToken, () => { recipes.TryAdd(recipe.RunId, JsonSerializer.Serialize(recipe, RequestParts.Json.Options)); });

    public Task<GenerationRecipe?> ReadRecipeAsync(string runId, CancellationToken cancellationToken) => Answer.To(
        cancellationToken,
        () => recipes.TryGetValue(runId, out var json) ? JsonSerializer.Deserialize<GenerationRecipe>(json, RequestParts.Json.Options) : null);

    public Task WriteParentsAsync(string runId, int generation, ParentList parents, CancellationToken cancellationToken) => Answer.To(
        cancellationToken,
        () =>
        {
            var kept = parents.Classes.Select(one => new ClassParents([.. one.Parents], one.KeptFrom));
            this.parents.TryAdd((runId, generation), new ParentList([.. kept]));
        });

    public Task<ParentList> ReadParentsAsync(string runId, int generation, CancellationToken cancellationToken) => Answer.To(
        cancellationToken,
        () => parents.GetValueOrDefault((runId, generation))
            ?? throw new FileNotFoundException($"The parents of generation {generation} of run '{runId}' are not stored."));

    public Task WriteShardAsync(
        CandidateShardId shard,
        string? className,
        int classIndex,
        CandidateBatch candidates,
        EmbeddingMatrix? embeddings,
        CancellationToken cancellationToken) => Answer.To(cancellationToken, () =>
    {
        if (candidates.Images?.Count != candidates.Count || (embeddings is not null && embeddings.Rows != candidates.Count))
        {
            throw new ArgumentException("A shard has one image and, if any, one embedding a candidate.", nameof(candidates));
        }

        Interlocked.Increment(ref writes);
        shards.TryAdd(shard, new StoredShard(classIndex, Copy(candidates, withImages: true), candidates.Notes, embeddings is null ? null : Copy(embeddings)));
    });

    public Task<bool> ShardExistsAsync(CandidateShardId shard, CancellationToken cancellationToken) =>
        Answer.To(cancellationToken, () => shards.ContainsKey(shard));

    public Task<IReadOnlyList<int>> ListShardsAsync(string runId, int generation, CancellationToken cancellationToken) => Answer.To<IReadOnlyList<int>>(
        cancellationToken, () => [.. shards.Keys.Where(shard => shard.RunId == runId && shard.Generation == generation).Select(shard => shard.Shard).Order()]);

    public Task<EmbeddingMatrix> ReadEmbeddingsAsync(CandidateShardId shard, CancellationToken cancellationToken) => Answer.To(
        cancellationToken, () => Copy(Find(shard).Embeddings ?? throw Missing(shard)));

    public Task<CandidateBatch> ReadCandidatesAsync(CandidateShardId shard, bool withImages, CancellationToken cancellationToken) => Answer.To(
        cancellationToken, () => Copy(Find(shard).Candidates, withImages));

    public Task<GenerationNotes> ReadNotesAsync(CandidateShardId shard, CancellationToken cancellationToken) =>
        Answer.To(cancellationToken, () => Find(shard).Notes);

    public Task<Stream> OpenTarAsync(CandidateShardId shard, CancellationToken cancellationToken) => Answer.To<Stream>(
        cancellationToken, () => new MemoryStream(Tar(Find(shard)), writable: false));

    public Task<Stream> OpenForPublicationAsync(
        CandidateShardId shard, ImageShape shape, int count, int classIndex, CancellationToken cancellationToken) => Answer.To<Stream>(
        cancellationToken,
        () => Find(shard) is { Candidates.Images: { } images } found && images.Shape == shape && images.Count == count && found.ClassIndex == classIndex
            ? new MemoryStream(Tar(found), writable: false)
            : throw new InvalidDataException("The shard has other images than expected."));

    public async Task<int> DeleteGenerationsAsync(string runId, CancellationToken cancellationToken)
    {
        await (drawings?.DeleteAsync(runId, null, cancellationToken) ?? Task.CompletedTask);
        return await Answer.To(cancellationToken, () =>
        {
            shards.RemoveWhere(shard => shard.RunId == runId);
            parents.RemoveWhere(key => key.Run == runId);
            return 0;
        });
    }

    public Task MarkEndedAsync(string runId, CancellationToken cancellationToken) => Answer.To(cancellationToken, () => { ended[runId] = true; });

    public Task<bool> HasEndedAsync(string runId, CancellationToken cancellationToken) => Answer.To(cancellationToken, () => ended.ContainsKey(runId));

    private static byte[] Tar(StoredShard shard)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            void Write(int image, string extension, byte[] content) => writer.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, string.Create(CultureInfo.InvariantCulture, $"{image:D6}.{extension}"))
                {
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    DataStream = new MemoryStream(content),
                });

            for (var i = 0; i < shard.Candidates.Count; i++)
            {
                Write(i, "png", PngEncoder.Encode(shard.Candidates.Images![i], shard.Candidates.Images.Shape));
                Write(i, "cls", Encoding.ASCII.GetBytes(shard.ClassIndex.ToString(CultureInfo.InvariantCulture)));
            }
        }

        return archive.ToArray();
    }

    private static CandidateBatch Copy(CandidateBatch batch, bool withImages) => new(
        withImages ? new ImageBatch(batch.Images!.Shape, batch.Count, batch.Images.Pixels.ToArray()) : null,
            batch.Parameters.ToArray(), batch.Count, batch.ParameterCount);

    private static EmbeddingMatrix Copy(EmbeddingMatrix matrix) => new(matrix.Rows, matrix.Columns, matrix.Values.ToArray());

    private static FileNotFoundException Missing(CandidateShardId shard) => new($"What was asked for of {shard} is not stored.");

    private StoredShard Find(CandidateShardId shard) => shards.GetValueOrDefault(shard) ?? throw Missing(shard);

    private sealed record StoredShard(int ClassIndex, CandidateBatch Candidates, GenerationNotes Notes, EmbeddingMatrix? Embeddings);
}
