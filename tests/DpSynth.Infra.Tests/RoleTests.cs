using System.Text.Json;
using DpSynth.Infra.Tests.Bicep;

namespace DpSynth.Infra.Tests;

public class RoleTests
{
    /// <summary>Built-in roles of Azure; the ids are the same in every tenant.</summary>
    private static readonly Dictionary<string, string> _builtIn = new(StringComparer.Ordinal)
    {
        ["StorageBlobDataOwner"] = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        ["StorageBlobDataContributor"] = "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        ["StorageBlobDataReader"] = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        ["StorageQueueDataContributor"] = "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        ["StorageQueueDataMessageSender"] = "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a",
        ["StorageTableDataContributor"] = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        ["CognitiveServicesOpenAIUser"] = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
        ["AcrPull"] = "7f951dda-4ed3-4680-a7ca-43fe172d538d",
        ["KeyVaultCryptoServiceEncryptionUser"] = "e147488a-f6f5-4113-8e2d-b22465e65bf6",
        ["DurableTaskDataContributor"] = "0ad04412-c4d5-4796-b79c-f76d14c8d402",
        ["MonitoringMetricsPublisher"] = "3913510d-42f4-4e42-8a64-420c390055eb",
    };

    [Fact]
    public void Role_ids_are_the_built_in_ones() =>
        Assert.Equal(
            _builtIn.OrderBy(pair => pair.Key, StringComparer.Ordinal),
            JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(Repository.Infra, "roles.json")))!
                .OrderBy(pair => pair.Key, StringComparer.Ordinal));

    [Fact]
    public void Worker_has_exactly_the_roles_it_works_with() =>
        Assert.Equal(
            [
                "container candidates: StorageBlobDataContributor",
                "container models: StorageBlobDataReader",
                "queue generation-jobs-poison: StorageQueueDataMessageSender",
                "queue generation-jobs: StorageQueueDataContributor",
                "queue generation-results: StorageQueueDataMessageSender",
                "resource account in openai.bicep: CognitiveServicesOpenAIUser",
                "resource registry in registry.bicep: AcrPull",
            ],
            RolesOf("workerPrincipalId"));

    [Fact]
    public void App_has_exactly_the_roles_it_works_with() =>
        Assert.Equal(
            [
                "account exchange-account.bicep: StorageBlobDataOwner",
                "account exchange-account.bicep: StorageQueueDataContributor",
                "account exchange-account.bicep: StorageTableDataContributor",
                "container ledger-heads: StorageBlobDataContributor",
                "container ledgers: StorageBlobDataContributor",
                "container private-data: StorageBlobDataReader",
                "container private-work: StorageBlobDataContributor",
                "resource component in monitoring.bicep: MonitoringMetricsPublisher",
                "resource taskHub in scheduler.bicep: DurableTaskDataContributor",
            ],
            RolesOf("appPrincipalId"));

    [Fact]
    public void Storage_identity_may_use_the_one_key() =>
        Assert.Equal(["resource key in vault.bicep: KeyVaultCryptoServiceEncryptionUser"], RolesOf("storagePrincipalId"));

    [Fact]
    public void Event_topics_may_send_to_the_one_queue_each() =>
        Assert.Equal(
            ["dataset-events by uploads: StorageQueueDataMessageSender", "request-files by requestFiles: StorageQueueDataMessageSender"],
            Repository.Module("events").Modules.Where(module => module.Path == "queue-role.bicep").Select(module => (Map)module.Properties["params"]!)
                .Select(given => $"{Plain(given["queueName"]!)} by {((Name)((Member)((Member)given["principalId"]!).Target).Target).Value}: {Plain(given["roleId"]!)}")
                .Order(StringComparer.Ordinal));

    [Fact]
    public void Topic_of_requests_may_send_to_the_queue_of_requests_alone() =>
        Assert.Equal(
            ["run-requests: StorageQueueDataMessageSender"],
            Repository.Module("request-topic").Modules.Where(module => module.Path == "queue-role.bicep").Select(module => (Map)module.Properties["params"]!)
                .Select(given => $"{Plain(given["queueName"]!)}: {Plain(given["roleId"]!)}"));

    [Fact]
    public void Private_account_knows_no_worker() =>
        Assert.DoesNotContain(Repository.Module("private-account").Parameters, parameter => parameter.Symbol.Contains("worker", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Whole_accounts_are_given_to_the_host_of_the_exchange_account_only()
    {
        var callers = Repository.Templates().Where(template => template.Modules.Any(module => module.Path == "account-role.bicep")).Select(template => template.FileName);
        Assert.Equal(["exchange-account.bicep"], callers);
    }

    [Fact]
    public void Every_assignment_has_a_scope_of_its_own_and_a_principal_type()
    {
        var assignments = Repository.Templates().SelectMany(template => template.Resources).Where(r => r.Type == "Microsoft.Authorization/roleAssignments").ToArray();
        Assert.NotEmpty(assignments);
        foreach (var assignment in assignments)
        {
            Assert.IsType<Name>(assignment.Properties["scope"]);
            Assert.Equal("ServicePrincipal", Plain(((Map)assignment.Properties["properties"]!)["principalType"]!));
        }
    }

    /// <summary>What <c>main.bicep</c> hands to a principal through the modules that take its id under this parameter name.</summary>
    private static IEnumerable<string> RolesOf(string parameter)
    {
        // The name says whose id it is only if main.bicep passes that identity's, and no other, under it.
        var handed = Repository.MainTemplate().Modules.Select(module => module.Properties["params"]).OfType<Map>()
            .SelectMany(map => map.Properties.Where(property => Plain(property.Key) == parameter)).Select(property => property.Value).ToArray();
        Assert.NotEmpty(handed);
        Assert.All(handed, value => Assert.Equal(("outputs", parameter), (((Member)((Member)value).Target).Value, ((Member)value).Value)));
        return Repository.Templates().Where(template => template.Parameters.Any(p => p.Symbol == parameter))
            .SelectMany(template => Direct(template, parameter).Concat(ThroughModules(template, parameter)))
            .Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Direct(Template template, string parameter) =>
        from resource in template.Resources
        where resource.Type == "Microsoft.Authorization/roleAssignments"
        let properties = (Map)resource.Properties["properties"]!
        where properties["principalId"] is Name name && name.Value == parameter
        select $"resource {((Name)resource.Properties["scope"]!).Value} in {template.FileName}: {Plain(((Call)properties["roleDefinitionId"]!).Arguments[1])}";

    private static IEnumerable<string> ThroughModules(Template template, string parameter)
    {
        foreach (var module in template.Modules.Where(module => module.Properties["params"] is Map given && given["principalId"] is Name name && name.Value == parameter))
        {
            // The name under which the assignment is made must be this principal's alone.
            var loop = Assert.IsType<Loop>(module.Body);
            Assert.Equal(parameter.Replace("PrincipalId", "", StringComparison.Ordinal), Plain(((Map)module.Properties["params"]!)["holder"]!));
            var table = ((Name)loop.Source).Value;
            var roles = module.Path == "account-role.bicep"
                ? template.Strings(table).Select(role => $"account {template.FileName}: {role}")
                : template.Maps(table).Select(entry =>
                    $"{(entry.TryGetValue("queue", out var queue) ? $"queue {queue}" : $"container {entry["container"]}")}: {entry["role"]}");
            foreach (var role in roles)
            {
                yield return role;
            }
        }
    }

    private static string Plain(Expression expression) => expression switch
    {
        Text { Holes.Count: 0 } text => text.Value,
        Member member => member.Value,
        _ => throw new InvalidOperationException($"Line {expression.Line} is not plain."),
    };
}
