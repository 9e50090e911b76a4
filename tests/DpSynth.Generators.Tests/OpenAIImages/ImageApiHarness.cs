using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Generators.OpenAIImages;
using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.ImageServer;
using DpSynth.ImageServer.Faults;
using DpSynth.ImageServer.Makers;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Sharing;
using DpSynth.Synthesis.Spending;
using DpSynth.Testing.InMemory;

namespace DpSynth.Generators.Tests.OpenAIImages;

/// <summary>A loopback server, the stores that workers share, and workers on them that ask it as one of the services.</summary>
internal sealed class ImageApiHarness : IAsyncDisposable
{
    public const string Run = "run";
    public const decimal Price = 0.01m;
    public static readonly ImageShape Shape = new(8, 8, 3);
    public static readonly CandidateShardId Shard = new(Run, 0, 0);

    private readonly List<IDisposable> _owned = [];

    /// <summary>Both services, for theories.</summary>
    public static TheoryData<ImageApiService> Services { get; } = [ImageApiService.OpenAI, ImageApiService.AzureOpenAI];

    public required LoopbackImageServer Server { get; init; }

    public required ImageApiService Service { get; init; }

    public InMemoryDrawingStore Drawings { get; } = new();

    public InMemorySharedRecords Records { get; } = new();

    public InMemoryCandidateStore Candidates { get; } = new();

    /// <summary>Options of a pretended model that makes small images at a round price.</summary>
    public static OpenAIImagesOptions Options { get; } = new()
    {
        Model = "pretend-image",
        ModelRow = new ImageModel { Sizes = ["16x16"], Formats = ["png"], Prices = [new ImagePrice("low", "16x16", Price)] },
        Prompts = [new WeightedPrompt("a photo of a {class}")],
        Quality = "low",
    };

    public static async Task<ImageApiHarness> StartAsync(
        Func<ImageServerOptions, ImageServerOptions>? configure = null, ImageApiService service = ImageApiService.OpenAI)
    {
        var options = new ImageServerOptions { Maker = new ColourImageMaker() };
        return new ImageApiHarness { Server = await LoopbackImageServer.StartAsync(configure?.Invoke(options) ?? options, default), Service = service };
    }

    public static Task<ImageApiHarness> StartAsync(Func<long, ServerFault?> faults, ImageApiService service = ImageApiService.OpenAI) =>
        StartAsync(options => options with { Faults = FaultPlan.Of(faults) }, service);

    /// <summary>Settings with pauses of milliseconds.</summary>
    public ImageApiOptions Settings(Func<ImageApiOptions, ImageApiOptions>? configure = null)
    {
        var settings = new ImageApiOptions
        {
            Endpoint = Service == ImageApiService.AzureOpenAI ? Server.AzureEndpoint : Server.Endpoint,
            Service = Service,
            Authentication = ImageApiAuthentication.None,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            LongestRetryDelay = TimeSpan.FromMilliseconds(20),
            BreakDuration = TimeSpan.FromMilliseconds(500),
            AttemptTimeout = TimeSpan.FromSeconds(10),
        };
        return configure?.Invoke(settings) ?? settings;
    }

    /// <summary>A worker's way to the server.</summary>
    public ImageApi Api(Func<ImageApiOptions, ImageApiOptions>? configure = null, ISharedRecords? records = null)
    {
        var api = new ImageApi(Settings(configure), records ?? Records, Drawings, new ImageDecoder(new DecodeLimits()), TimeProvider.System);
        _owned.Add(api);
        return api;
    }

    /// <summary>A generator at work on <see cref="Shard"/>.</summary>
    public async Task<IGenerator> GeneratorAsync(OpenAIImagesOptions? options = null, Func<ImageApiOptions, ImageApiOptions>? configure = null) =>
        ((IPaidGenerator)await Api(configure).CreateGeneratorAsync(options ?? Options, Shape)).ForShard(Shard);

    /// <summary>A worker's maker of shards.</summary>
    public ShardMaker Worker(Func<ImageApiOptions, ImageApiOptions>? configure = null) =>
        new(Candidates, new GeneratorCache(Candidates, new Factory(Api(configure)), new FirstPixel()));

    public async Task<ImageSpending> SpendingAsync() => (await ImageSpending.ReadAsync(Records, Run, default))!;

    public async ValueTask DisposeAsync()
    {
        _owned.ForEach(static owned => owned.Dispose());
        await Server.DisposeAsync();
    }

    private sealed class Factory(ImageApi api) : IGeneratorFactory
    {
        public async ValueTask<IGenerator> CreateAsync(GeneratorOptions options, ImageShape shape, CancellationToken cancellationToken) =>
            await api.CreateGeneratorAsync((OpenAIImagesOptions)options, shape);
    }

    private sealed class FirstPixel : IEmbedderFactory, IEmbedder
    {
        public int Dimension => 1;

        public ValueTask<IEmbedder> CreateAsync(EmbedderOptions options, ImageShape shape, CancellationToken cancellationToken) => new(this);

        public ValueTask EmbedAsync(ImageBatch images, Memory<float> destination, CancellationToken cancellationToken)
        {
            for (var i = 0; i < images.Count; i++)
            {
                destination.Span[i] = images[i][0];
            }

            return default;
        }
    }
}
