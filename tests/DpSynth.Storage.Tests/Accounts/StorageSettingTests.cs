using DpSynth.Catalogue;
using DpSynth.Ledgers;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Datasets;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Sharing;
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
    public void Everything_that_is_registered_can_be_made_from_the_settings_alone()
    {
        var configuration = Settings(("PrivateStorage:accountName", "one"), ("AzureWebJobsStorage:accountName", "two"));
        var registered = new ServiceCollection()
            .AddSingleton(Decoders.Default)
            .AddSingleton(RequestParts.Json)
            .AddPrivateStorage(configuration)
            .AddExchangeStorage(configuration)
            .AddModelStorage(configuration, "no-models", provider => provider.GetRequiredService<ExchangeAccount>().Models);
        using var services = registered.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        Type[] ours = [.. registered.Select(static service => service.ServiceType)
            .Where(static type => type.Namespace?.StartsWith("DpSynth", StringComparison.Ordinal) == true)];

        Assert.All(ours, type => Assert.IsAssignableFrom(type, services.GetRequiredService(type)));

        // What steps and commands ask for; that nothing else is missing shows where the app and its commands are put together.
        Assert.Superset(
            new HashSet<Type>([typeof(PrivateStore), typeof(IDatasetStore), typeof(IRunRecords), typeof(IPrivacyLedger), typeof(ILedgerAdministration),
                typeof(ICandidateStore), typeof(IPublicImageSource),
                typeof(IDrawingStore), typeof(ISharedRecords), typeof(IWorkerQueue), typeof(IRunRegistry),
                    typeof(IReleaseStore), typeof(IModelSource), typeof(IModelCatalogue)]),
            new HashSet<Type>(ours));
    }

    private static IConfiguration Settings(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Name, setting.Value)))
        .Build();
}
