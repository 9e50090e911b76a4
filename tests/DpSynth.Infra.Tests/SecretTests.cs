using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DpSynth.Functions.Webhooks;
using DpSynth.Infra.Tests.Compiler;
using DpSynth.Infra.Tests.Deployments;

namespace DpSynth.Infra.Tests;

public partial class SecretTests
{
    private const string Secrets = "Microsoft.KeyVault/vaults/secrets";

    [Fact]
    public void No_template_asks_for_a_key()
    {
        string[] texts = [.. Texts(BicepCompiler.Main)];
        Assert.Contains(texts, text => Reads().IsMatch(text));
        Assert.DoesNotContain(texts, text => Keys().IsMatch(text));
    }

    [Fact]
    public void No_template_puts_a_secret_out()
    {
        var outputs = Templates(BicepCompiler.Main).SelectMany(
            template => template["outputs"]?.AsObject().Select(output => (Template: template, Output: output)) ?? []).ToArray();
        Assert.True(outputs.Length > 20);
        foreach (var (template, (name, output)) in outputs)
        {
            Assert.Equal("string", output!["type"]!.GetValue<string>());
            var value = output["value"]!.GetValue<string>();
            Assert.False(Confidential().IsMatch(value), $"The output {name} shows {value}.");
            Assert.All(SecureParameters(template), secret => Assert.DoesNotContain($"parameters('{secret}')", value, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(nameof(Deployment.Standard), new string[0])]
    [InlineData(nameof(Deployment.Complete), new[] { "kv-dpsynth/otlp-headers", "kv-dpsynth/webhook" })]
    [InlineData(nameof(Deployment.Trial), new[] { "kv-dpsynth/otlp-headers", "kv-dpsynth/webhook" })]
    public void Secrets_given_to_the_deployment_go_into_the_vault(string name, string[] holders)
    {
        var deployment = Deployment.Named(name);
        DeployedResource[] given =
        [
            .. deployment.Resources.Where(resource => Texts(resource.Json).Any(text => text.Contains("parameters('", StringComparison.Ordinal))),
        ];
        Assert.Equal(holders, given.Select(resource => resource.Name).Order(StringComparer.Ordinal));
        Assert.Equal(deployment.Of(Secrets), given);
        Assert.All(given, resource => Assert.Matches(@"^\[parameters\('\w+'\)\]$", (string)resource.Value("properties.value")!));
    }

    [Theory]
    [InlineData(nameof(Deployment.Complete))]
    [InlineData(nameof(Deployment.Trial))]
    public void Programs_read_secrets_from_the_vault_under_their_identities(string name)
    {
        var deployment = Deployment.Named(name);
        var site = deployment.Single("Microsoft.Web/sites");
        Assert.Equal(
            [site.Value("properties.keyVaultReferenceIdentity")], site.At("identity.userAssignedIdentities")!.AsObject().Select(identity => identity.Key));
        var references = site.At("properties.siteConfig.appSettings")!.AsArray()
            .Select(setting => (Name: setting!["name"]!.GetValue<string>(), Reference: Reference().Match(setting["value"]!.GetValue<string>())))
            .Where(setting => setting.Reference.Success).ToDictionary(
                setting => setting.Name, setting => setting.Reference.Groups["id"].Value, StringComparer.Ordinal);
        Assert.Equal(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [$"{WebhookOptions.SectionName}__{nameof(WebhookOptions.Secret)}"] = Secret("webhook"),
                ["OTEL_EXPORTER_OTLP_HEADERS"] = Secret("otlp-headers"),
            },
            references);

        var worker = deployment.Single("Microsoft.App/containerApps");
        var secret = Assert.Single(worker.At("properties.configuration.secrets")!.AsArray())!;
        Assert.Null(secret["value"]);
        Assert.Contains($"'{Secret("otlp-headers")}'", secret["keyVaultUrl"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal([secret["identity"]!.GetValue<string>()], worker.At("identity.userAssignedIdentities")!.AsObject().Select(identity => identity.Key));

        string Secret(string own) => deployment.Of(Secrets).Single(resource => resource.OwnName == own).Id;
    }

    [Fact]
    public void Without_options_no_setting_is_a_secret()
    {
        Assert.Empty(Deployment.Standard.Of(Secrets));
        Assert.Empty(Deployment.Standard.Single("Microsoft.App/containerApps").At("properties.configuration.secrets")!.AsArray());
        Assert.DoesNotContain(
            Texts(Deployment.Standard.Single("Microsoft.Web/sites").Json), text => text.Contains("@Microsoft.KeyVault", StringComparison.Ordinal));
    }

    private static IEnumerable<string> SecureParameters(JsonNode template) => template["parameters"]?.AsObject()
        .Where(parameter => parameter.Value!["type"]?.GetValue<string>() is "securestring" or "secureString" or "secureObject").Select(
            parameter => parameter.Key) ?? [];

    /// <summary>A compiled template and those within it.</summary>
    private static IEnumerable<JsonNode> Templates(JsonNode node) =>
        All(node).OfType<JsonObject>().Where(part => part.ContainsKey("contentVersion") && part.ContainsKey("resources"));

    private static IEnumerable<string> Texts(JsonNode node) =>
        All(node).OfType<JsonValue>().Select(value => value.TryGetValue<string>(out var text) ? text : "");

    private static IEnumerable<JsonNode> All(JsonNode? node) => node switch
    {
        null => [],
        JsonObject parts => parts.SelectMany(part => All(part.Value)).Prepend(node),
        JsonArray items => items.SelectMany(All).Prepend(node),
        _ => [node],
    };

    [GeneratedRegex(@"\breference\(", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Reads();

    [GeneratedRegex(@"\blist\w*\(|\bgetSecret\(|InstrumentationKey|primaryKey|\.key1\b", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Keys();

    [GeneratedRegex(@"\blist\w*\(|ConnectionString|InstrumentationKey|password|\.keys?\b", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Confidential();

    [GeneratedRegex(
        @"^\[format\('@Microsoft\.KeyVault\(SecretUri=\{0\}\)', reference\('(?<id>[^']+)', '[^']+'\)\.secretUri\)\]$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Reference();
}
