using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Cli.Connections;
using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.ImageServer;
using DpSynth.ImageServer.Faults;
using DpSynth.ImageServer.Makers;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

namespace DpSynth.Cli.Demo.ImageApi;

/// <summary>The server that plays Azure OpenAI, with <c>models/tiny-sd</c> behind it. Some of its answers fail, as in life.</summary>
internal static class DemoImageServer
{
    private const string Model = "tiny-sd";
    private const double FaultShare = 0.06;

    private static readonly DiffusionSettings _settings = new() { Steps = 10, GuidanceScale = 3 };

    private static readonly ServerFault[] _faults =
        [ServerFault.ContentPolicy, ServerFault.TooManyRequests, ServerFault.ServerError, ServerFault.TruncatedJson, ServerFault.NotAnImage];

    /// <summary>Loads the model.</summary>
    public static StableDiffusionPipeline LoadModel(Surroundings surroundings) => StableDiffusionPipeline.Load(
        new ModelDirectory(Path.Combine(surroundings.Home, "models")).Find(Model), new InferenceOptions { Threads = Environment.ProcessorCount });

    /// <summary>Starts the server.</summary>
    public static Task<LoopbackImageServer> StartAsync(StableDiffusionPipeline model, int seed, CancellationToken cancellationToken) =>
        LoopbackImageServer.StartAsync(
            new ImageServerOptions
            {
                Maker = new DiffusionImageMaker(model, _settings, [.. StrengthWords.Default.Select(static strength => (strength.Words, strength.UpTo))]),
                Faults = FaultPlan.Random(FaultShare, _faults, seed),
            },
            cancellationToken);

    /// <summary>What the worker must know of it: what would be three settings for Azure, whose hosts are known.</summary>
    public static IReadOnlyList<KeyValuePair<string, string?>> WorkerSettings(LoopbackImageServer server) =>
    [
        new($"{ImageApiOptions.SectionName}:{nameof(ImageApiOptions.Endpoint)}", server.AzureEndpoint.AbsoluteUri),
        new($"{ImageApiOptions.SectionName}:{nameof(ImageApiOptions.Service)}", nameof(ImageApiService.AzureOpenAI)),
        new($"{ImageApiOptions.SectionName}:{nameof(ImageApiOptions.Authentication)}", nameof(ImageApiAuthentication.None)),
        new($"{ImageApiOptions.SectionName}:{nameof(ImageApiOptions.RetryDelay)}", "00:00:00.5"),
    ];
}
