using DpSynth.Infra.Tests.Deployments;

namespace DpSynth.Infra.Tests;

public class NetworkTests
{
    private const string Access = "properties.publicNetworkAccess";

    /// <summary>Private endpoints of a deployment without options.</summary>
    private static readonly string[] _endpoints =
        ["crdpsynth by registry", "stexchange by blob", "stexchange by queue", "stexchange by table", "stprivate by blob"];

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Everything_with_public_network_access_turns_it_off_except_in_a_trial(string name)
    {
        var trial = name == nameof(Deployment.Trial);
        DeployedResource[] found = [.. Deployment.Named(name).Resources.Where(resource => resource.At(Access) is not null)];
        Assert.Equal(
            name == nameof(Deployment.Standard)
                ? ["crdpsynth", "func-dpsynth", "kv-dpsynth", "stexchange", "stprivate"]
                : ["crdpsynth", "evgt-dpsynth-run-requests", "func-dpsynth", "kv-dpsynth", "oai-dpsynth", "stexchange", "stprivate"],
            found.Select(resource => resource.Name).Order(StringComparer.Ordinal));
        Assert.All(found, resource => Assert.Equal(trial ? "Enabled" : "Disabled", resource.Value(Access)));
        Assert.All(
            found.Where(resource => resource.At("properties.networkAcls") is not null),
            resource => Assert.Equal(trial ? "Allow" : "Deny", resource.Value("properties.networkAcls.defaultAction")));
    }

    [Fact]
    public void Services_that_programs_call_are_reached_by_private_endpoints() => Assert.Equal(_endpoints, Endpoints(Deployment.Standard));

    [Fact]
    public void Options_bring_their_private_endpoints() =>
        Assert.Equal(
            _endpoints.Concat(["evgt-dpsynth-run-requests by topic", "kv-dpsynth by vault", "oai-dpsynth by account"]).Order(StringComparer.Ordinal),
            Endpoints(Deployment.Complete));

    [Fact]
    public void Trial_has_no_network_of_its_own()
    {
        Assert.DoesNotContain(Deployment.Trial.Resources, resource => resource.Type.StartsWith("Microsoft.Network/", StringComparison.Ordinal));
        Assert.Null(Deployment.Trial.Single("Microsoft.Web/sites").At("properties.virtualNetworkSubnetId"));
        Assert.Null(Deployment.Trial.Single("Microsoft.App/managedEnvironments").At("properties.vnetConfiguration"));
    }

    [Theory]
    [MemberData(nameof(Deployment.Closed), MemberType = typeof(Deployment))]
    public void Every_private_endpoint_has_its_name_in_a_zone_that_the_network_sees(string name)
    {
        var deployment = Deployment.Named(name);
        var network = deployment.Single("Microsoft.Network/virtualNetworks");
        var zones = deployment.Of("Microsoft.Network/privateDnsZones").ToDictionary(zone => zone.Id, StringComparer.Ordinal);
        var links = deployment.Of("Microsoft.Network/privateDnsZones/virtualNetworkLinks").ToArray();
        Assert.Equal(zones.Count, links.Length);
        Assert.All(links, link => Assert.Equal(network.Id, link.Value("properties.virtualNetwork.id")));
        Assert.All(zones.Values, zone => Assert.Contains(links, link => link.Name.Contains(zone.Name.Trim('[', ']'), StringComparison.Ordinal)));

        DeployedResource[] endpoints = [.. deployment.Of("Microsoft.Network/privateEndpoints")];
        Assert.All(endpoints, endpoint =>
        {
            var group = deployment.Of("Microsoft.Network/privateEndpoints/privateDnsZoneGroups").Single(group => group.Name == $"{endpoint.Name}/default");
            var zone = zones[Assert.Single(group.At("properties.privateDnsZoneConfigs")!.AsArray())!["properties"]!["privateDnsZoneId"]!.GetValue<string>()];
            Assert.Contains(Zone(GroupOf(endpoint)), zone.Name, StringComparison.Ordinal);
            Assert.Equal($"{network.Id}/subnets/endpoints", endpoint.Value("properties.subnet.id"));
        });
        Assert.Equal(endpoints.Select(GroupOf).Distinct().Count(), zones.Count);
    }

    [Theory]
    [MemberData(nameof(Deployment.Closed), MemberType = typeof(Deployment))]
    public void Programs_run_in_subnets_of_their_own(string name)
    {
        var deployment = Deployment.Named(name);
        var network = deployment.Single("Microsoft.Network/virtualNetworks");
        Assert.Equal($"{network.Id}/subnets/app", deployment.Single("Microsoft.Web/sites").Value("properties.virtualNetworkSubnetId"));
        var environment = deployment.Single("Microsoft.App/managedEnvironments");
        Assert.Equal($"{network.Id}/subnets/workers", environment.Value("properties.vnetConfiguration.infrastructureSubnetId"));
        Assert.Equal(true, environment.Value("properties.vnetConfiguration.internal"));
        Assert.All(
            network.At("properties.subnets")!.AsArray().Where(subnet => subnet!["name"]!.GetValue<string>() != "endpoints"),
            subnet => Assert.Equal("Microsoft.App/environments", subnet!["properties"]!["delegations"]![0]!["properties"]!["serviceName"]!.GetValue<string>()));
    }

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Nothing_is_opened_by_a_key_or_spoken_to_without_TLS(string name)
    {
        var deployment = Deployment.Named(name);
        var site = deployment.Single("Microsoft.Web/sites");
        Assert.Equal(true, site.Value("properties.httpsOnly"));
        Assert.Equal(("1.2", "Disabled"), (site.Value("properties.siteConfig.minTlsVersion"), site.Value("properties.siteConfig.ftpsState")));
        Assert.Equal(
            [("ftp", (object)false), ("scm", false)],
            deployment.Of("Microsoft.Web/sites/basicPublishingCredentialsPolicies").Select(
                policy => (policy.OwnName, policy.Value("properties.allow")!)).Order());
        Assert.Equal(false, deployment.Single("Microsoft.ContainerRegistry/registries").Value("properties.adminUserEnabled"));
        Assert.Equal(false, deployment.Single("Microsoft.ContainerRegistry/registries").Value("properties.anonymousPullEnabled"));
        Assert.Equal(true, deployment.Single("Microsoft.Insights/components").Value("properties.DisableLocalAuth"));
        Assert.Equal(true, deployment.Single("Microsoft.OperationalInsights/workspaces").Value("properties.features.disableLocalAuth"));
        Assert.All(deployment.Of("Microsoft.CognitiveServices/accounts"), account => Assert.Equal(true, account.Value("properties.disableLocalAuth")));
        Assert.Null(deployment.Single("Microsoft.App/containerApps").At("properties.configuration.ingress"));
    }

    /// <summary>Each endpoint: what it leads to, and by which of its services.</summary>
    private static IEnumerable<string> Endpoints(Deployment deployment) => deployment.Of("Microsoft.Network/privateEndpoints").Select(endpoint =>
    {
        var target = endpoint.At("properties.privateLinkServiceConnections")![0]!["properties"]!["privateLinkServiceId"]!.GetValue<string>();
        return $"{deployment.Resources.Single(resource => resource.Id == target).Name} by {GroupOf(endpoint)}";
    }).Order(StringComparer.Ordinal);

    private static string GroupOf(DeployedResource endpoint) =>
        Assert.Single(endpoint.At("properties.privateLinkServiceConnections")!.AsArray())!["properties"]!["groupIds"]![0]!.GetValue<string>();

    private static string Zone(string groupId) => groupId switch
    {
        "blob" or "queue" or "table" => $"privatelink.{groupId}.",
        "registry" => "privatelink.azurecr.io",
        "vault" => "privatelink.vaultcore.azure.net",
        "account" => "privatelink.openai.azure.com",
        "topic" => "privatelink.eventgrid.azure.net",
        _ => throw new ArgumentOutOfRangeException(nameof(groupId), groupId, "No zone is known for this service."),
    };
}
