using System.Security.Cryptography;
using System.Text.Json;

namespace DpSynth.LocalHost.Azurite;

/// <summary>
/// What a data folder remembers of its emulator: the accounts' keys, the ports last used, and the process that may still run.
/// </summary>
internal sealed record AzuriteState
{
    /// <summary>The private account's name.</summary>
    public const string PrivateAccount = "dpprivate";

    /// <summary>The exchange account's name.</summary>
    public const string ExchangeAccount = "dpexchange";

    /// <summary>Key of <see cref="PrivateAccount"/>, base64.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>Key of <see cref="ExchangeAccount"/>, base64.</summary>
    public required string ExchangeKey { get; init; }

    /// <summary>Where the services listened last; ports are used again where they are free, so that clients find them.</summary>
    public AzuritePorts Ports { get; init; }

    /// <summary>The process that was started last; null after an orderly end.</summary>
    public ProcessIdentity? Process { get; init; }

    /// <summary>Whether the version that started it last has it mark that it saved; 0.1 had not.</summary>
    public bool MarksSaves { get; init; }

    /// <summary>Reads the folder's state, or makes a new one with fresh keys.</summary>
    public static AzuriteState LoadOrCreate(string folder)
    {
        var path = PathIn(folder);
        if (File.Exists(path))
        {
            return JsonSerializer.Deserialize<AzuriteState>(File.ReadAllText(path))
                ?? throw new InvalidDataException($"{path} is empty: delete {folder} to start with empty storage.");
        }

        var state = new AzuriteState { PrivateKey = NewKey(), ExchangeKey = NewKey() };
        state.Save(folder);
        return state;

        static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
    }

    /// <summary>Replaces the folder's state in one step; only its owner can read it.</summary>
    public void Save(string folder) => PrivateFile.Replace(PathIn(folder), JsonSerializer.SerializeToUtf8Bytes(this));

    /// <summary>The connection string of one of the two accounts.</summary>
    public string ConnectionString(string account)
    {
        var key = account == PrivateAccount ? PrivateKey : ExchangeKey;
        return $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};"
            + $"BlobEndpoint=http://127.0.0.1:{Ports.Blob}/{account};"
            + $"QueueEndpoint=http://127.0.0.1:{Ports.Queue}/{account};"
            + $"TableEndpoint=http://127.0.0.1:{Ports.Table}/{account};";
    }

    private static string PathIn(string folder) => Path.Combine(folder, "azurite.json");
}

/// <summary>The ports of the emulator's three services; zero stands for any free one.</summary>
internal readonly record struct AzuritePorts(int Blob, int Queue, int Table);
