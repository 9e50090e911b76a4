using DpSynth.Cli.Connections;
using Microsoft.Extensions.Configuration;

namespace DpSynth.Cli.Tests.Connections;

public sealed class ConnectionTests
{
    /// <summary>Commands take what they work on from here and nowhere else; nothing of it is opened before it is called.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Everything_that_commands_take_from_a_connection_can_be_made(bool isServed)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["PrivateStorage:accountName"] = "one",
            ["AzureWebJobsStorage:accountName"] = "two",
        }).Build();
        await using var connection = new Connection(settings, isServed ? new Uri("http://127.0.0.1:1") : null);

        object?[] made =
        [
            connection.PrivateAccount, connection.ExchangeAccount, connection.PrivateStore, connection.Ledger, connection.LedgerAdministration,
            connection.Registry, connection.Candidates, connection.Releases,
        ];

        Assert.All(made, Assert.NotNull);
        Assert.Equal(isServed, connection.IsServed);
        Assert.IsType(isServed ? typeof(ApiRuns) : typeof(StoredRuns), connection.Runs);
    }
}
