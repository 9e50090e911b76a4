using System.Globalization;
using System.Text;
using DpSynth.Cli.Runs;
using DpSynth.Evaluation.Classification;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Storage.Formats;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Cli.Demo.Archives;

/// <summary>Reads labelled images back from WebDataset archives: <c>NAME.png</c> beside <c>NAME.cls</c>.</summary>
internal sealed class LabelledTar(ImageDecoder decoder, ImageShape shape)
{
    private readonly List<(byte[] Png, byte Label)> _samples = [];

    /// <summary>Samples read so far.</summary>
    public int Count => _samples.Count;

    /// <summary>Adds all candidates of one generation of a run.</summary>
    public async Task AddGenerationAsync(ICandidateStore candidates, string runId, int generation, CancellationToken cancellationToken)
    {
        foreach (var shard in await candidates.ListShardsAsync(runId, generation, cancellationToken))
        {
            await using var archive = await candidates.OpenTarAsync(new CandidateShardId(runId, generation, shard), cancellationToken);
            await AddAsync(archive, cancellationToken);
        }
    }

    /// <summary>Adds all images of a release.</summary>
    public async Task AddReleaseAsync(DownloadedRelease release, CancellationToken cancellationToken)
    {
        foreach (var file in release.Files.Where(file => file.EndsWith(".tar", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            await using var archive = File.OpenRead(Path.Combine(release.Folder, file));
            await AddAsync(archive, cancellationToken);
        }
    }

    /// <summary>Adds an archive's samples.</summary>
    /// <exception cref="InvalidDataException">The archive is broken, or a sample lacks its class.</exception>
    public async Task AddAsync(Stream archive, CancellationToken cancellationToken)
    {
        var labels = new Dictionary<string, byte>(StringComparer.Ordinal);
        var images = new List<(string Name, byte[] Png)>();
        await foreach (var entry in TarArchive.ReadAsync(archive, new TarLimits(), cancellationToken))
        {
            var name = Path.ChangeExtension(entry.Name, null);
            switch (Path.GetExtension(entry.Name))
            {
                case ".png":
                    images.Add((name, entry.Content.ToArray()));
                    break;
                case ".cls":
                    labels[name] = byte.Parse(Encoding.ASCII.GetString(entry.Content.Span), CultureInfo.InvariantCulture);
                    break;
            }
        }

        foreach (var (name, png) in images)
        {
            _samples.Add(labels.TryGetValue(name, out var label)
                ? (png, label)
                : throw new InvalidDataException($"The sample '{name}' of a synthetic archive has no class."));
        }
    }

    /// <summary>Decodes all samples.</summary>
    public LabelledImages Decode(CancellationToken cancellationToken)
    {
        var images = new ImageBatch(shape, _samples.Count);
        Parallel.For(
            0,
            _samples.Count,
            new ParallelOptions { CancellationToken = cancellationToken },
            index => decoder.Decode(_samples[index].Png, shape, ResizeMode.Fit, images[index]));
        return new LabelledImages(images, [.. _samples.Select(sample => sample.Label)]);
    }
}
