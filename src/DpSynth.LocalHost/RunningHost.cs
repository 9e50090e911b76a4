using System.Text.Json;

namespace DpSynth.LocalHost;

/// <summary>How other processes of the same user find the host that runs on a data folder.</summary>
/// <param name="ProcessId">The host's process.</param>
/// <param name="StartedAt">When that process started.</param>
/// <param name="Endpoint">Where it serves HTTP, without the route prefix.</param>
/// <param name="PrivateStorage">Connection string of the private account.</param>
/// <param name="ExchangeStorage">Connection string of the exchange account.</param>
/// <param name="IsEmulated">Whether both are the data folder's own emulator.</param>
public sealed record RunningHost(
    int ProcessId, DateTimeOffset StartedAt, Uri Endpoint, string PrivateStorage, string ExchangeStorage, bool IsEmulated = false)
{
    /// <summary>The host on a data folder; null if none is running there.</summary>
    /// <param name="dataFolder">The folder. Null: <c>.dpsynth</c> in the repository.</param>
    public static RunningHost? TryRead(string? dataFolder)
    {
        try
        {
            var host = JsonSerializer.Deserialize<RunningHost>(File.ReadAllBytes(PathIn(dataFolder ?? DefaultDataFolder())));
            return host is not null && new ProcessIdentity(host.ProcessId, host.StartedAt).IsAlive() ? host : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    internal static string DefaultDataFolder() => Path.Combine(RepositoryHome.Find(), ".dpsynth");

    internal static void Write(string dataFolder, Uri endpoint, string privateStorage, string exchangeStorage, bool isEmulated)
    {
        var self = ProcessIdentity.Current();
        var host = new RunningHost(self.Id, self.StartedAt, endpoint, privateStorage, exchangeStorage, isEmulated);
        PrivateFile.Replace(PathIn(dataFolder), JsonSerializer.SerializeToUtf8Bytes(host));
    }

    internal static void Remove(string dataFolder) => File.Delete(PathIn(dataFolder));

    private static string PathIn(string dataFolder) => Path.Combine(dataFolder, "running.json");
}
