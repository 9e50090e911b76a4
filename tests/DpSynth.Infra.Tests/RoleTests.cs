using DpSynth.Infra.Tests.Deployments;

namespace DpSynth.Infra.Tests;

public class RoleTests
{
    private const string App = "id-dpsynth-app";
    private const string Worker = "id-dpsynth-worker";
    private const string Storage = "id-dpsynth-storage";

    private static readonly string[] _worker =
    [
        "containers stexchange/candidates: StorageBlobDataContributor",
        "containers stexchange/models: StorageBlobDataReader",
        "queues stexchange/generation-jobs-poison: StorageQueueDataMessageSender",
        "queues stexchange/generation-jobs: StorageQueueDataContributor",
        "queues stexchange/generation-results: StorageQueueDataMessageSender",
        "registries crdpsynth: AcrPull",
    ];

    private static readonly string[] _app =
    [
        "components appi-dpsynth: MonitoringMetricsPublisher",
        "containers stprivate/ledger-heads: StorageBlobDataContributor",
        "containers stprivate/ledgers: StorageBlobDataContributor",
        "containers stprivate/private-data: StorageBlobDataReader",
        "containers stprivate/private-work: StorageBlobDataContributor",
        "storageAccounts stexchange: StorageBlobDataOwner",
        "storageAccounts stexchange: StorageQueueDataContributor",
        "storageAccounts stexchange: StorageTableDataContributor",
    ];

    private static readonly Dictionary<string, string[]> _topics = new(StringComparer.Ordinal)
    {
        ["evgt-dpsynth-uploads"] = ["queues stexchange/dataset-events: StorageQueueDataMessageSender"],
        ["evgt-dpsynth-requests"] = ["queues stexchange/request-files: StorageQueueDataMessageSender"],
    };

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
        ["KeyVaultSecretsUser"] = "4633458b-17de-408a-b874-0445c86b69e6",
        ["MonitoringMetricsPublisher"] = "3913510d-42f4-4e42-8a64-420c390055eb",
    };

    [Fact]
    public void Role_ids_are_the_built_in_ones() =>
        Assert.Equal(_builtIn.OrderBy(pair => pair.Key, StringComparer.Ordinal), RoleAssignment.Roles().OrderBy(pair => pair.Key, StringComparer.Ordinal));

    [Fact]
    public void Without_options_everybody_has_exactly_the_roles_they_work_with() =>
        AssertRoles(
            Deployment.Standard,
            new(_topics)
            {
                [App] = _app,
                [Worker] = _worker,
                [Storage] = ["keys kv-dpsynth/storage: KeyVaultCryptoServiceEncryptionUser"],
            });

    [Theory]
    [InlineData(nameof(Deployment.Complete))]
    [InlineData(nameof(Deployment.Trial))]
    public void Options_add_exactly_the_roles_they_need(string name) =>
        AssertRoles(
            Deployment.Named(name),
            new(_topics)
            {
                [App] =
                [
                    .. _app,
                    "secrets kv-dpsynth/otlp-headers: KeyVaultSecretsUser",
                    "secrets kv-dpsynth/webhook: KeyVaultSecretsUser",
                ],
                [Worker] = [.. _worker, "accounts oai-dpsynth: CognitiveServicesOpenAIUser", "secrets kv-dpsynth/otlp-headers: KeyVaultSecretsUser"],
                [Storage] = ["keys kv-dpsynth/storage: KeyVaultCryptoServiceEncryptionUser"],
                ["evgt-dpsynth-run-requests"] = ["queues stexchange/run-requests: StorageQueueDataMessageSender"],
            });

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Private_account_is_the_apps_alone_and_container_by_container(string name)
    {
        RoleAssignment[] assignments = [.. RoleAssignment.In(Deployment.Named(name)).Where(a => a.Scope.StartsWith("stprivate", StringComparison.Ordinal))];
        Assert.NotEmpty(assignments);
        Assert.All(assignments, assignment => Assert.Equal((App, "containers"), (assignment.Holder, assignment.ScopeType)));
    }

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Every_assignment_has_a_name_of_its_own(string name)
    {
        string[] ids = [.. Deployment.Named(name).Of("Microsoft.Authorization/roleAssignments").Select(assignment => assignment.Id)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Programs_run_under_the_identities_whose_roles_these_are(string name)
    {
        var deployment = Deployment.Named(name);
        Assert.Equal([App], Identities("Microsoft.Web/sites"));
        Assert.Equal([Worker], Identities("Microsoft.App/containerApps"));
        Assert.Equal([Storage, Storage], Identities("Microsoft.Storage/storageAccounts"));

        IEnumerable<string> Identities(string type) => deployment.Of(type).SelectMany(resource =>
        {
            Assert.Equal("UserAssigned", resource.Value("identity.type"));
            return resource.At("identity.userAssignedIdentities")!.AsObject().Select(identity =>
                DeployedResource.Short(identity.Key[(identity.Key.LastIndexOf('/') + 1)..], deployment.Suffix));
        });
    }

    private static void AssertRoles(Deployment deployment, Dictionary<string, string[]> expected) =>
        Assert.Equal(
            expected.SelectMany(holder => holder.Value.Select(role => $"{holder.Key} {role}")).Order(StringComparer.Ordinal),
            RoleAssignment.In(deployment).Select(assignment => $"{assignment.Holder} {assignment}").Order(StringComparer.Ordinal));
}
