using System.Diagnostics;
using DpSynth.EndToEnd.TestHost;
using DpSynth.Functions;
using DpSynth.LocalHost;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Workers;
using DpSynth.Synthesis.Telemetry;
using DpSynth.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// host FOLDER [--no-worker] [--true-noise]: the local host on the accounts that PrivateStorage and AzureWebJobsStorage name, or on an emulator of its
// own, with noise that can be repeated or with true noise.
// worker: a worker with the access that WorkerAccess holds.
// Each prints one line when it is ready, and runs until it is killed.
if (args is ["worker", ..])
{
    using var worker = WorkerHost.CreateBuilder([]).Build();
    await worker.StartAsync();
    Console.WriteLine("ready");
    await worker.WaitForShutdownAsync();
    return 0;
}

// Each step that ends here is noted, so that tests see which host did it.
var noting = new Lock();
using var steps = new ActivityListener
{
    ShouldListenTo = static source => source.Name == TelemetrySource.Name,
    Sample = static (ref _) => ActivitySamplingResult.PropagationData,
    ActivityStopped = step => Note(step.OperationName),
};
ActivitySource.AddActivityListener(steps);

await using var host = await LocalFunctionHost.StartAsync(
    new LocalHostOptions
    {
        FunctionAssembly = typeof(FunctionApp).Assembly,
        ConfigureServices = FunctionApp.AddServices,
        DataFolder = args[1],
        HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
        PrivateStorage = Environment.GetEnvironmentVariable("PrivateStorage"),
        AzureWebJobsStorage = Environment.GetEnvironmentVariable("AzureWebJobsStorage"),
        QueueLease = TimeSpan.FromSeconds(2),
        Overrides = services =>
        {
            if (!args.Contains("--true-noise", StringComparer.Ordinal))
            {
                services.AddSingleton<IDiscreteGaussianNoise, SeededNoise>();
            }
        },
    },
    CancellationToken.None);
if (!args.Contains("--no-worker", StringComparer.Ordinal))
{
    var settings = new ConfigurationBuilder()
        .AddInMemoryCollection([new("AzureWebJobsStorage", host.ExchangeStorage)])
        .Build();
    var access = WorkerAccess.Sign(ExchangeAccount.FromConfiguration(settings), TimeSpan.FromHours(1), TimeProvider.System);
    await WorkerHost.CreateBuilder(
        [], [new(WorkerAccess.SettingName, access.ToJson()), new("Worker:Lease", "00:00:02"), new("Worker:RenewEvery", "00:00:00.5")]).Build().StartAsync();
}

Console.WriteLine($"ready {host.Endpoint}");
await Task.Delay(Timeout.Infinite);
return 0;

void Note(string step)
{
    lock (noting)
    {
        File.AppendAllText(Path.Combine(args[1], "activities.txt"), step + Environment.NewLine);
    }
}
