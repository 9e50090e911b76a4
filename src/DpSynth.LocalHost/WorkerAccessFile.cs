using System.Text;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Workers;
using Microsoft.Extensions.Configuration;

namespace DpSynth.LocalHost;

/// <summary>
/// What workers of the running host may reach, as a file in its data folder: signed addresses of <c>candidates</c> and the workers'
/// two queues. A worker process reads this file and no other, so that it never holds an account's key.
/// </summary>
public static class WorkerAccessFile
{
    private static readonly TimeSpan _validFor = TimeSpan.FromDays(30);

    /// <summary>The file's path; it exists while a host runs that could sign.</summary>
    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "worker-access.json");

    /// <summary>Makes the exchange account's containers and queues, and signs access for workers.</summary>
    /// <param name="exchangeStorage">Connection string of the exchange account.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidOperationException">The connection string holds no account key to sign with.</exception>
    public static async Task<WorkerAccess> SignAsync(string exchangeStorage, CancellationToken cancellationToken)
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create(ExchangeAccount.SettingName, (string?)exchangeStorage)])
            .Build();
        var account = ExchangeAccount.FromConfiguration(settings);
        await account.EnsureCreatedAsync(cancellationToken);
        return WorkerAccess.Sign(account, _validFor, TimeProvider.System);
    }

    internal static async Task WriteAsync(string dataFolder, string exchangeStorage, CancellationToken cancellationToken)
    {
        WorkerAccess access;
        try
        {
            access = await SignAsync(exchangeStorage, cancellationToken);
        }
        catch (InvalidOperationException)
        {
            // Signed addresses in place of a key cannot sign: workers are then given access by whoever runs them.
            return;
        }

        PrivateFile.Replace(PathIn(dataFolder), Encoding.UTF8.GetBytes(access.ToJson()));
    }

    internal static void Remove(string dataFolder) => File.Delete(PathIn(dataFolder));
}
