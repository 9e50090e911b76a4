using System.Text;

namespace DpSynth.LocalHost;

/// <summary>
/// What tells this host from others that share its storage: made once for a data folder, on which one host runs at a time.
/// </summary>
internal static class HostId
{
    /// <summary>The id of the host on a data folder.</summary>
    public static string Of(string dataFolder)
    {
        var path = Path.Combine(dataFolder, "host-id");
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } id)
        {
            return id;
        }

        id = $"{Environment.MachineName}-{Guid.NewGuid():N}";
        PrivateFile.Replace(path, Encoding.UTF8.GetBytes(id));
        return id;
    }
}
