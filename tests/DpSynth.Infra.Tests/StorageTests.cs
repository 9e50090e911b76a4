using System.Reflection;
using DpSynth.Functions;
using DpSynth.Infra.Tests.Deployments;
using DpSynth.Storage.Layout;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Infra.Tests;

public class StorageTests
{
    private const string BlobContainers = "Microsoft.Storage/storageAccounts/blobServices/containers";

    /// <summary>Where azd puts the function app's code; no code of ours names it.</summary>
    private const string Package = "app-package";

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Containers_are_those_of_the_code(string name) =>
        Assert.Equal(
            PrivateLayout.Containers.Select(container => $"stprivate/default/{container}")
                .Concat(ExchangeLayout.Containers.Append(Package).Select(container => $"stexchange/default/{container}")).Order(StringComparer.Ordinal),
            Deployment.Named(name).Of(BlobContainers).Select(container => container.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Queues_are_those_of_the_code(string name) =>
        Assert.Equal(
            ExchangeLayout.Queues.Select(queue => $"stexchange/default/{queue}").Order(StringComparer.Ordinal),
            Deployment.Named(name).Of("Microsoft.Storage/storageAccounts/queueServices/queues").Select(queue => queue.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_queue_that_triggers_a_function_exists_with_its_poison_queue()
    {
        var triggers = typeof(FunctionApp).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static))
            .SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<QueueTriggerAttribute>()?.QueueName)
            .OfType<string>().ToArray();
        Assert.NotEmpty(triggers);
        Assert.Subset(
            Deployment.Standard.Of("Microsoft.Storage/storageAccounts/queueServices/queues").Select(queue => queue.OwnName).ToHashSet(),
            triggers.Concat(triggers.Select(ExchangeLayout.Poison)).ToHashSet());
    }

    [Theory]
    [InlineData("allowSharedKeyAccess", false)]
    [InlineData("allowBlobPublicAccess", false)]
    [InlineData("allowCrossTenantReplication", false)]
    [InlineData("isLocalUserEnabled", false)]
    [InlineData("defaultToOAuthAuthentication", true)]
    [InlineData("supportsHttpsTrafficOnly", true)]
    [InlineData("minimumTlsVersion", "TLS1_2")]
    public void Accounts_admit_identities_over_TLS_only(string property, object value)
    {
        Deployment[] deployments = [Deployment.Standard, Deployment.Complete, Deployment.Trial];
        Assert.All(deployments.SelectMany(Accounts), account => Assert.Equal(value, account.Value($"properties.{property}")));
    }

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Accounts_encrypt_blobs_queues_and_tables_with_the_owners_key(string name)
    {
        var deployment = Deployment.Named(name);
        var key = deployment.Single("Microsoft.KeyVault/vaults/keys");
        Assert.All(Accounts(deployment), account =>
        {
            Assert.Equal("Microsoft.Keyvault", account.Value("properties.encryption.keySource"));
            Assert.Equal(true, account.Value("properties.encryption.requireInfrastructureEncryption"));
            Assert.Equal(key.OwnName, account.Value("properties.encryption.keyvaultproperties.keyname"));
            Assert.Contains(
                $"/vaults/kv-dpsynth-{deployment.Suffix}'",
                (string)account.Value("properties.encryption.keyvaultproperties.keyvaulturi")!,
                StringComparison.Ordinal);
            foreach (var service in new[] { "blob", "file", "queue", "table" })
            {
                Assert.Equal("Account", account.Value($"properties.encryption.services.{service}.keyType"));
                Assert.Equal(true, account.Value($"properties.encryption.services.{service}.enabled"));
            }
        });
        var vault = deployment.Single("Microsoft.KeyVault/vaults");
        Assert.Equal(true, vault.Value("properties.enablePurgeProtection"));
        Assert.Equal(true, vault.Value("properties.enableRbacAuthorization"));
    }

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Deleted_blobs_and_containers_can_be_brought_back_and_nothing_is_public(string name)
    {
        var deployment = Deployment.Named(name);
        DeployedResource[] services = [.. deployment.Of("Microsoft.Storage/storageAccounts/blobServices")];
        Assert.Equal(["stexchange/default", "stprivate/default"], services.Select(service => service.Name).Order(StringComparer.Ordinal));
        Assert.All(services, service =>
        {
            Assert.Equal((true, 7), (service.Value("properties.deleteRetentionPolicy.enabled"), service.Value("properties.deleteRetentionPolicy.days")));
            Assert.Equal(
                (true, 7),
                (service.Value("properties.containerDeleteRetentionPolicy.enabled"), service.Value("properties.containerDeleteRetentionPolicy.days")));
        });
        Assert.All(deployment.Of(BlobContainers), container => Assert.Equal("None", container.Value("properties.publicAccess")));
    }

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Ledgers_can_be_appended_to_and_neither_changed_nor_deleted(string name)
    {
        var policy = Deployment.Named(name).Single($"{BlobContainers}/immutabilityPolicies");
        Assert.Equal($"stprivate/default/{PrivateLayout.Ledgers}/default", policy.Name);
        Assert.Equal(true, policy.Value("properties.allowProtectedAppendWrites"));
        Assert.Equal(3650, policy.Value("properties.immutabilityPeriodSinceCreationInDays"));
    }

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Every_call_of_an_account_is_logged(string name)
    {
        var deployment = Deployment.Named(name);
        Assert.All(Accounts(deployment), account =>
        {
            var logs = deployment.Of("Microsoft.Insights/diagnosticSettings").Single(
                logs => logs.Id.StartsWith($"{account.Id}/blobServices/default/", StringComparison.Ordinal));
            Assert.Equal(
                ["StorageRead", "StorageWrite", "StorageDelete"], logs.At("properties.logs")!.AsArray().Select(log => log!["category"]!.GetValue<string>()));
        });
    }

    private static DeployedResource[] Accounts(Deployment deployment)
    {
        DeployedResource[] accounts = [.. deployment.Of("Microsoft.Storage/storageAccounts")];
        Assert.Equal(["stexchange", "stprivate"], accounts.Select(account => account.Name).Order(StringComparer.Ordinal));
        return accounts;
    }
}
