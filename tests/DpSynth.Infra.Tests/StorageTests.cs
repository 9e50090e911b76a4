using System.Reflection;
using DpSynth.Functions;
using DpSynth.Infra.Tests.Bicep;
using DpSynth.Storage.Layout;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Infra.Tests;

public class StorageTests
{
    [Fact]
    public void Containers_of_the_private_account_are_those_of_the_code() =>
        Assert.Equal(PrivateLayout.Containers.Order(), Repository.Module("private-account").Strings("containers").Order());

    [Fact]
    public void Containers_of_the_exchange_account_are_those_of_the_code() =>
        Assert.Equal(ExchangeLayout.Containers.Order(), Repository.Module("exchange-account").Strings("containers").Order());

    [Fact]
    public void Queues_are_those_of_the_code() =>
        Assert.Equal(ExchangeLayout.Queues.Order(), Repository.Module("exchange-account").Strings("queues").Order());

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
            Repository.Module("exchange-account").Strings("queues").ToHashSet(),
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
        var properties = (Map)Account().Properties["properties"]!;
        Assert.Equal(value, properties[property] switch { Constant constant => constant.Value, Text text => text.Value, _ => null });
    }

    [Fact]
    public void Only_the_one_template_makes_storage_accounts() =>
        Assert.Equal(
            ["storage-account.bicep"],
            Repository.Templates().Where(template => template.Resources.Any(r => r is { Type: "Microsoft.Storage/storageAccounts", Existing: false })).Select(t => t.FileName));

    [Fact]
    public void Everything_with_public_network_access_turns_it_off_in_a_private_network()
    {
        var found = 0;
        foreach (var value in Repository.Templates().SelectMany(template => template.Resources).Where(resource => resource.Body is Map)
            .Select(resource => (resource.Properties["properties"] as Map)?["publicNetworkAccess"]).OfType<Expression>())
        {
            var choice = Assert.IsType<Operation>(value);
            Assert.Equal(("?", "privateNetwork"), (choice.Operator, ((Name)choice.Operands[0]).Value));
            Assert.Equal(["Disabled", "Enabled"], choice.Operands.Skip(1).Cast<Text>().Select(text => text.Value));
            found++;
        }

        // Storage (one template for both accounts), vault, registry, function app, Azure OpenAI, topic of requests.
        Assert.Equal(6, found);
    }

    [Fact]
    public void Encryption_is_with_the_owners_key_for_blobs_queues_and_tables()
    {
        var encryption = (Map)((Map)Account().Properties["properties"]!)["encryption"]!;
        Assert.Equal("Microsoft.Keyvault", ((Text)encryption["keySource"]!).Value);
        var services = (Map)encryption["services"]!;
        foreach (var service in new[] { "blob", "file", "queue", "table" })
        {
            Assert.Equal("Account", ((Text)((Map)services[service]!)["keyType"]!).Value);
        }
    }

    [Fact]
    public void Ledgers_can_be_appended_to_and_neither_changed_nor_deleted()
    {
        var policy = Repository.Module("container-immutability").Resources.Single(r => r.Type.EndsWith("/immutabilityPolicies", StringComparison.Ordinal));
        Assert.Equal(true, ((Constant)((Map)policy.Properties["properties"]!)["allowProtectedAppendWrites"]!).Value);
        var call = Repository.Module("private-account").Modules.Single(module => module.Path == "container-immutability.bicep");
        Assert.Equal(PrivateLayout.Ledgers, ((Text)((Map)call.Properties["params"]!)["containerName"]!).Value);
    }

    private static Resource Account() =>
        Repository.Module("storage-account").Resources.Single(resource => resource.Type == "Microsoft.Storage/storageAccounts");
}
