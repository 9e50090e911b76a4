using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.LocalHost.Tests.Hosting;

/// <summary>A host over the sample app, with an emulator of its own.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();

    public LocalFunctionHost Host { get; private set; } = null!;

    public Inbox Inbox { get; } = new();

    public string DataFolder => _folder.Path;

    public static LocalHostOptions Options(string dataFolder, Inbox inbox)
    {
        var hostJson = Path.Combine(dataFolder, "host.json");
        File.WriteAllText(hostJson, """
            { "version": "2.0", "extensions": { "queues": { "maxDequeueCount": 3, "visibilityTimeout": "00:00:00" },
              "durableTask": { "hubName": "%Hub%" } } }
            """);
        return new LocalHostOptions
        {
            FunctionAssembly = typeof(HostFixture).Assembly,
            FunctionTypes = [typeof(SampleApp), typeof(LongApp)],
            ConfigureServices = (services, _) => services.AddSingleton(inbox),
            Settings = new Dictionary<string, string?> { ["MessagesQueue"] = "messages", ["Hub"] = "SampleHub" },
            DataFolder = dataFolder,
            HostJsonPath = hostJson,
        };
    }

    public async Task InitializeAsync() => Host = await LocalFunctionHost.StartAsync(Options(DataFolder, Inbox), CancellationToken.None);

    public async Task DisposeAsync()
    {
        if (Host is not null)
        {
            await Host.DisposeAsync();
        }

        _folder.Dispose();
    }
}
