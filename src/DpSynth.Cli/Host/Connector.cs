using DpSynth.Cli.Connections;
using DpSynth.Storage.Accounts;
using Microsoft.Extensions.Configuration;

namespace DpSynth.Cli.Host;

/// <summary>
/// Finds the storage for a command: the accounts that the environment names, else those of the host running on the data folder,
/// else an emulator or a whole host started for the command's duration.
/// </summary>
/// <param name="surroundings">Where to look.</param>
/// <param name="say">Hears when a host is started; null for silence.</param>
internal sealed class Connector(Surroundings surroundings, Action<string>? say)
{
    /// <summary>Connects.</summary>
    /// <param name="needHost">Whether a host must serve the storage.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    public async Task<Connection> ConnectAsync(bool needHost, CancellationToken cancellationToken)
    {
        if (FromEnvironment() is { } configured)
        {
            return configured;
        }

        if (LocalEnds.FindRunning(surroundings) is { } running)
        {
            return new Connection(running.Settings, running.Endpoint, policies: running.CallPolicies);
        }

        if (!needHost)
        {
            var storage = await LocalEnds.StartStorageAsync(surroundings, cancellationToken);
            return new Connection(storage.Settings, endpoint: null, owned: storage, policies: storage.CallPolicies);
        }

        say?.Invoke("No host is running on this data folder: one runs in this process until the command ends.");
        var host = await LocalEnds.StartHostAsync(surroundings, port: null, workers: 1, cancellationToken, say: say);
        return new Connection(host.Settings, host.Endpoint, owned: host, policies: host.CallPolicies);
    }

    /// <summary>Starts a host whose worker has settings of its own, which one that runs already would not have.</summary>
    /// <exception cref="CommandException">A host runs on the data folder, or the environment names accounts.</exception>
    public async Task<Connection> StartOwnHostAsync(IReadOnlyList<KeyValuePair<string, string?>> workerSettings, CancellationToken cancellationToken)
    {
        if (LocalEnds.FindRunning(surroundings) is not null || FromEnvironment() is not null)
        {
            throw new CommandException(
                ExitCode.Usage,
                "This needs a host of its own: stop the running one or give another folder with --data, "
                    + "and unset the storage accounts' environment variables.");
        }

        var host = await LocalEnds.StartHostAsync(surroundings, port: null, workers: 1, cancellationToken, workerSettings);
        return new Connection(host.Settings, host.Endpoint, owned: host, policies: host.CallPolicies);
    }

    private Connection? FromEnvironment()
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        bool Names(string account) => !string.IsNullOrEmpty(settings[account]) || settings.GetSection(account).GetChildren().Any();
        if (!Names(PrivateAccount.SettingName) || !Names(ExchangeAccount.SettingName))
        {
            return null;
        }

        var endpoint = surroundings.Variable("DPSYNTH_ENDPOINT");
        if (string.IsNullOrEmpty(endpoint))
        {
            return new Connection(settings, endpoint: null);
        }

        return Uri.TryCreate(endpoint.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? new Connection(settings, address, surroundings.Variable("DPSYNTH_FUNCTION_KEY"))
            : throw new CommandException(ExitCode.Usage, "DPSYNTH_ENDPOINT is not an address such as https://my-app.azurewebsites.net.");
    }
}
