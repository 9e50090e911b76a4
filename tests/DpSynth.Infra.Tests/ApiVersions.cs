namespace DpSynth.Infra.Tests;

/// <summary>
/// The one version of each resource type that the templates use. Where nothing else is said, the version is the one that Microsoft's
/// own Bicep modules used in August 2026; a newer one is taken by changing it here and there, on purpose.
/// </summary>
internal static class ApiVersions
{
    public static IReadOnlyDictionary<string, string> Known { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Microsoft.App/containerApps"] = "2026-01-01",
        // The modules are at a preview; this one has all that is used here.
        ["Microsoft.App/managedEnvironments"] = "2025-01-01",
        ["Microsoft.Authorization/roleAssignments"] = "2022-04-01",
        ["Microsoft.CognitiveServices/accounts"] = "2025-06-01",
        ["Microsoft.CognitiveServices/accounts/deployments"] = "2024-10-01",
        // Seen in public templates only.
        ["Microsoft.Consumption/budgets"] = "2023-11-01",
        ["Microsoft.ContainerRegistry/registries"] = "2025-06-01-preview",
        ["Microsoft.DurableTask/schedulers"] = "2025-11-01",
        // The only version whose reference describes it.
        ["Microsoft.DurableTask/schedulers/retentionPolicies"] = "2025-04-01-preview",
        ["Microsoft.DurableTask/schedulers/taskHubs"] = "2025-11-01",
        // That of system topics; the modules have an older one for custom topics.
        ["Microsoft.EventGrid/topics"] = "2025-02-15",
        ["Microsoft.EventGrid/topics/eventSubscriptions"] = "2025-02-15",
        ["Microsoft.EventGrid/systemTopics"] = "2025-02-15",
        ["Microsoft.EventGrid/systemTopics/eventSubscriptions"] = "2025-02-15",
        // Seen in public templates only, with the next two.
        ["Microsoft.Insights/actionGroups"] = "2023-01-01",
        ["Microsoft.Insights/diagnosticSettings"] = "2021-05-01-preview",
        ["Microsoft.Insights/scheduledQueryRules"] = "2023-12-01",
        ["Microsoft.Insights/components"] = "2020-02-02",
        ["Microsoft.KeyVault/vaults"] = "2024-11-01",
        ["Microsoft.KeyVault/vaults/keys"] = "2024-11-01",
        ["Microsoft.ManagedIdentity/userAssignedIdentities"] = "2024-11-30",
        ["Microsoft.Network/privateDnsZones"] = "2020-06-01",
        ["Microsoft.Network/privateDnsZones/virtualNetworkLinks"] = "2024-06-01",
        ["Microsoft.Network/privateEndpoints"] = "2025-05-01",
        ["Microsoft.Network/privateEndpoints/privateDnsZoneGroups"] = "2025-05-01",
        ["Microsoft.Network/virtualNetworks"] = "2025-05-01",
        ["Microsoft.OperationalInsights/workspaces"] = "2025-07-01",
        ["Microsoft.Resources/resourceGroups"] = "2024-11-01",
        ["Microsoft.Storage/storageAccounts"] = "2025-06-01",
        ["Microsoft.Storage/storageAccounts/blobServices"] = "2025-01-01",
        ["Microsoft.Storage/storageAccounts/blobServices/containers"] = "2025-01-01",
        ["Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies"] = "2025-01-01",
        ["Microsoft.Storage/storageAccounts/queueServices"] = "2025-06-01",
        ["Microsoft.Storage/storageAccounts/queueServices/queues"] = "2025-06-01",
        ["Microsoft.Web/serverfarms"] = "2025-03-01",
        ["Microsoft.Web/sites"] = "2025-03-01",
        ["Microsoft.Web/sites/basicPublishingCredentialsPolicies"] = "2025-03-01",
        ["Microsoft.Web/sites/config"] = "2025-03-01",
    };
}
