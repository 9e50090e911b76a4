using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.ImageServer;
using DpSynth.ImageServer.Faults;
using DpSynth.ImageServer.Makers;

namespace DpSynth.EndToEnd.Tests.ImageApi;

/// <summary>The local host and a worker that asks what plays Azure OpenAI on this machine, which keeps every request. Some answers fail.</summary>
public sealed class ImageApiFixture : HostFixture
{
    private LoopbackImageServer? server;

    public LoopbackImageServer Server => server!;

    protected override IEnumerable<KeyValuePair<string, string?>> WorkerSettings =>
    [
        new("ImageApi:Endpoint", Server.AzureEndpoint.AbsoluteUri),
        new("ImageApi:Service", "AzureOpenAI"),
        new("ImageApi:Authentication", "None"),
        new("ImageApi:RetryDelay", "00:00:00.005"),
        new("ImageApi:LongestRetryDelay", "00:00:00.100"),
    ];

    public override async Task InitializeAsync()
    {
        ServerFault[] kinds =
        [
            ServerFault.TooManyRequests, ServerFault.TruncatedJson, ServerFault.ConnectionReset, ServerFault.NotAnImage, ServerFault.ContentPolicy,
        ];
        server = await LoopbackImageServer.StartAsync(
            new ImageServerOptions { Maker = new ColourImageMaker(), Record = true, Faults = FaultPlan.Random(0.1, kinds, seed: 3) }, CancellationToken.None);
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Server.DisposeAsync();
    }
}
