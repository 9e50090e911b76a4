using DpSynth.Catalogue;
using DpSynth.Imaging.Decoding;
using DpSynth.Ledgers;
using DpSynth.Storage.Accounts;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.Storage.Tests.Accounts;

public sealed class StorageSettingTests
{
    [Fact]
    public void Missing_setting_is_named_with_what_to_set()
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => PrivateAccount.FromConfiguration(Settings()));
        Assert.Contains("PrivateStorage__accountName", refusal.Message, StringComparison.Ordinal);
        refusal = Assert.Throws<InvalidOperationException>(() => ExchangeAccount.FromConfiguration(Settings()));
        Assert.Contains("AzureWebJobsStorage", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("AccountName=a;AccountKey=secret")]
    public void Malformed_connection_string_is_refused_without_quoting_it(string value)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => PrivateAccount.FromConfiguration(Settings(("PrivateStorage", value))));
        Assert.DoesNotContain("secret", refusal.ToString(), StringComparison.Ordinal);
        Assert.Contains("PrivateStorage", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Account_name_opens_the_account_by_identity()
    {
        var account = PrivateAccount.FromConfiguration(Settings(("PrivateStorage:accountName", "mine"), ("PrivateStorage:clientId", "id")));
        Assert.Equal("https://mine.blob.core.windows.net/private-data", account.Data.Uri.ToString());
    }

    [Fact]
    public void Service_addresses_open_the_account_by_identity()
    {
        var account = ExchangeAccount.FromConfiguration(Settings(
            ("AzureWebJobsStorage:blobServiceUri", "https://b.example/"),
            ("AzureWebJobsStorage:queueServiceUri", "https://q.example/"),
            ("AzureWebJobsStorage:credential", "managedidentity")));
        Assert.Equal("https://b.example/releases", account.Releases.Uri.ToString());
        Assert.Equal("https://q.example/run-requests", account.Queue("run-requests").Uri.ToString());
    }

    [Fact]
    public void Every_port_is_registered()
    {
        var configuration = Settings(("PrivateStorage:accountName", "one"), ("AzureWebJobsStorage:accountName", "two"));
        using var services = new ServiceCollection()
            .AddSingleton(Decoders.Default)
            .AddSingleton(RequestParts.Json)
            .AddPrivateStorage(configuration)
            .AddExchangeStorage(configuration)
            .BuildServiceProvider(validateScopes: true);
        Type[] ports =
        [
            typeof(IPrivateStore), typeof(IPrivacyLedger), typeof(ILedgerAdministration), typeof(ICandidateStore), typeof(IPublicImageSource),
            typeof(IWorkerQueue), typeof(IRunRegistry), typeof(IReleaseStore), typeof(ImageDecoder),
        ];
        Assert.All(ports, port => Assert.NotNull(services.GetService(port)));
    }

    private static IConfiguration Settings(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Name, setting.Value)))
        .Build();
}
