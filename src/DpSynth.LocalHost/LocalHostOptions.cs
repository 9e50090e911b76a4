using System.Net;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost;

/// <summary>What the local host runs, and where it keeps things.</summary>
public sealed record LocalHostOptions
{
    /// <summary>The assembly whose functions are run.</summary>
    public required Assembly FunctionAssembly { get; init; }

    /// <summary>The types whose functions are run. Null: all of the assembly.</summary>
    internal IReadOnlyList<Type>? FunctionTypes { get; init; }

    /// <summary>Registers what the functions need; the app's own registration, called as it is called in Azure.</summary>
    public required Action<IServiceCollection, IConfiguration> ConfigureServices { get; init; }

    /// <summary>Changes registrations after the app's own.</summary>
    public Action<IServiceCollection>? Overrides { get; init; }

    /// <summary>Services that start after the host's own and stop before them, such as a worker in this process.</summary>
    public IReadOnlyList<Func<LocalHostContext, IHostedService>> ExtraServices { get; init; } = [];

    /// <summary>Settings beside those of the environment, which they override.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Where storage, keys and state files are. Null: <c>.dpsynth</c> in the repository.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The app's <c>host.json</c>. Null: the one beside the program.</summary>
    public string? HostJsonPath { get; init; }

    /// <summary>Where HTTP is served; a loopback address, others are refused.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port for HTTP, 1 to 65535. Null: any free one.</summary>
    public int? Port { get; init; }

    /// <summary>Receives the logs. Null: nobody does.</summary>
    public ILoggerProvider? LoggerProvider { get; init; }

    /// <summary>
    /// Connection string of the private account. Null: the setting <c>PrivateStorage</c>. With neither this nor
    /// <see cref="AzureWebJobsStorage"/> Azurite is started.
    /// </summary>
    public string? PrivateStorage { get; init; }

    /// <summary>Connection string of the exchange account. Null: the setting <c>AzureWebJobsStorage</c>.</summary>
    public string? AzureWebJobsStorage { get; init; }

    /// <summary>
    /// How long a message that a function works on stays invisible, renewed at half of it; what a host that was killed had in hand
    /// comes back when it has passed. Azure's host has 10 minutes; this one is to go on within seconds of a restart.
    /// </summary>
    public TimeSpan QueueLease { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>The longest wait between two looks into an empty queue, if <c>host.json</c> does not say less.</summary>
    public TimeSpan MaxPollingInterval { get; init; } = TimeSpan.FromMilliseconds(500);
}

/// <summary>What an extra service may want to know of its host.</summary>
/// <param name="PrivateStorage">Connection string of the private account.</param>
/// <param name="ExchangeStorage">Connection string of the exchange account.</param>
/// <param name="DataFolder">The data folder, absolute.</param>
/// <param name="Services">The host's services.</param>
public sealed record LocalHostContext(string PrivateStorage, string ExchangeStorage, string DataFolder, IServiceProvider Services);
