using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure.Messaging;
using DpSynth.Catalogue;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.EndToEnd.Tests.Runs;
using DpSynth.Functions.Announcements;
using DpSynth.Functions.Runs;
using DpSynth.Functions.Webhooks;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Integrations;

/// <summary>The samples of docs/integrations.md: every JSON in it is what it says it is, and its client works.</summary>
public sealed class IntegrationSampleTests(HostFixture host) : IClassFixture<HostFixture>
{
    private static readonly string _root = FindRoot();
    private static readonly string _page = File.ReadAllText(Path.Combine(_root, "docs", "integrations.md"));
    private static readonly JsonObject[] _samples =
    [
        .. Blocks("json").Select(block => JsonNode.Parse(block)!).SelectMany(
            sample => sample is JsonArray batch ? batch.Select(one => one!.AsObject()) : [sample.AsObject()]),
    ];

    [Fact]
    public void Page_has_the_samples_that_are_tested_here() => Assert.Equal(5, _samples.Length);

    [Fact]
    public void Logic_app_asks_for_a_valid_run_and_is_called_back()
    {
        var definition = _samples.Single(sample => sample.ContainsKey("definition"))["definition"]!;
        Assert.EndsWith("workflowdefinition.json#", definition["$schema"]!.GetValue<string>(), StringComparison.Ordinal);
        var action = definition["actions"]!["Run"]!;
        Assert.Equal("HttpWebhook", action["type"]!.GetValue<string>());
        var subscribe = action["inputs"]!["subscribe"]!;
        Assert.Equal("POST", subscribe["method"]!.GetValue<string>());
        Assert.EndsWith("/api/runs", subscribe["uri"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("@{listCallbackUrl()}", subscribe["body"]!["webhook"]!.GetValue<string>());
        subscribe["body"]!["webhook"] = "https://prod-01.westeurope.logic.azure.com/workflows/x";
        Assert.NotNull(Read(subscribe["body"]!).Webhook);
    }

    [Fact]
    public void Data_factory_asks_for_a_valid_run_and_looks_until_it_has_ended()
    {
        var activities = _samples.Single(sample => sample["properties"]?["activities"] is not null)["properties"]!["activities"]!.AsArray();
        var submit = activities.Single(activity => activity!["name"]!.GetValue<string>() == "Submit")!;
        Assert.Equal(("WebActivity", "POST"), (submit["type"]!.GetValue<string>(), submit["typeProperties"]!["method"]!.GetValue<string>()));
        var request = Read(submit["typeProperties"]!["body"]!);
        var until = activities.Single(activity => activity!["type"]!.GetValue<string>() == "Until")!["typeProperties"]!;
        var look = until["activities"]!.AsArray().Single(activity => activity!["type"]!.GetValue<string>() == "WebActivity")!["typeProperties"]!;
        Assert.EndsWith($"/api/runs/{request.RunId}", look["url"]!.GetValue<string>(), StringComparison.Ordinal);
        foreach (var state in new[] { RunState.Pending, RunState.Running })
        {
            Assert.Contains(
                $"'{JsonNamingPolicy.CamelCase.ConvertName(state.ToString())}'", until["expression"]!["value"]!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("type")]
    [InlineData("eventType")]
    public void Event_that_asks_for_a_run_holds_a_valid_request(string type)
    {
        var asking = _samples.Single(sample => sample[type]?.GetValue<string>() == RequestEnvelope.RunRequested);
        Assert.NotNull(RequestParts.Reader.Read(RequestEnvelope.Read(BinaryData.FromString(asking.ToJsonString()))!.Request));
    }

    [Fact]
    public void Event_that_announces_an_end_is_one_that_this_software_sends()
    {
        var sample = _samples.Single(sample => sample["type"]?.GetValue<string>() == $"{RunAnnouncement.TypePrefix}succeeded");
        var shown = CloudEvent.Parse(BinaryData.FromString(sample.ToJsonString()))!;
        var sent = RunAnnouncement.Of(shown.Data!.ToObjectFromJson<RunView>(SynthesisJson.Options)!, shown.Time!.Value, shown.Source);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(sent.Json.ToString()), sample), sent.Json.ToString());
    }

    [Theory]
    [InlineData("client")]
    [InlineData("verify")]
    public void Code_on_the_page_is_the_code_that_is_compiled(string name)
    {
        var source = File.ReadAllText(Path.Combine(_root, "tests", "DpSynth.EndToEnd.Tests", "Integrations", "SampleClient.cs"));
        var sample = Regex.Match(
            source, $"// <sample {name}>\n(?<code>.*?)\n *// </sample {name}>", RegexOptions.Singleline, TimeSpan.FromSeconds(5)).Groups["code"].Value;
        var code = string.Join('\n', sample.Split('\n').Select(line => line.Length > 4 ? line[4..] : line.Trim()));
        Assert.Contains(code, Blocks("csharp"));
    }

    [Fact]
    public async Task Client_of_the_page_runs_a_request_and_says_what_is_wrong_with_another()
    {
        await SmallDataset.UploadAsync(host.Storage, "sampled", imagesPerClass: 3);
        using var http = new HttpClient { BaseAddress = host.Endpoint };

        var run = await SampleClient.RunAsync(http, SmallDataset.Request("sampled-1", "sampled", iterations: 1, population: 4));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => SampleClient.RunAsync(http, "{ \"runId\": \"sampled-2\" }"));

        Assert.Equal("succeeded", run.GetProperty("state").GetString());
        Assert.Contains("'dataset'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Signature_is_verified_as_the_page_says()
    {
        var secret = new WebhookOptions { Secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3" };
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var signature = WebhookCaller.Sign(secret.Key!, "id", $"{now}", "body"u8);

        Assert.True(SampleClient.IsGenuine(secret.Secret, "id", $"{now}", signature, [.. "body"u8]));
        Assert.False(SampleClient.IsGenuine(secret.Secret, "id", $"{now}", signature, [.. "bodY"u8]));
        Assert.False(
            SampleClient.IsGenuine(secret.Secret, "id", $"{now - 3600}", WebhookCaller.Sign(secret.Key!, "id", $"{now - 3600}", "body"u8), [.. "body"u8]));
    }

    private static RunRequest Read(JsonNode body) => RequestParts.Reader.Read(body.ToJsonString());

    private static IEnumerable<string> Blocks(string language) =>
        Regex.Matches(
            _page, $"```{language}\n(?<block>.*?)\n```", RegexOptions.Singleline, TimeSpan.FromSeconds(5)).Select(match => match.Groups["block"].Value);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "DpSynth.Functions.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not lie in the repository.");
        }

        return folder;
    }
}
