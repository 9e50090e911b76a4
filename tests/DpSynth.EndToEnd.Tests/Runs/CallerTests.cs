using System.Net;
using System.Text;
using System.Text.Json;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Functions;
using DpSynth.Functions.Callers;
using DpSynth.Functions.EventPush;
using DpSynth.Ledgers;
using DpSynth.LocalHost;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>Who may do what through the API, with callers as App Service authentication hands them on.</summary>
[Trait("host", "local")]
public sealed class CallerTests : IAsyncLifetime
{
    private readonly StorageFixture storage = new();
    private LocalFunctionHost? host;
    private HttpClient? http;

    public async Task InitializeAsync()
    {
        await storage.InitializeAsync();
        host = await LocalFunctionHost.StartAsync(
            new LocalHostOptions
            {
                FunctionAssembly = typeof(FunctionApp).Assembly,
                ConfigureServices = FunctionApp.AddServices,
                DataFolder = storage.NewDataFolder(),
                HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
                PrivateStorage = storage.PrivateStorage,
                AzureWebJobsStorage = storage.ExchangeStorage,
                Settings = new Dictionary<string, string?>
                {
                    ["Authentication:Mode"] = nameof(AuthenticationMode.EasyAuth),
                    ["AzureWebJobs.GetOpenApi.Disabled"] = "true",
                },
            },
            CancellationToken.None);
        http = new HttpClient { BaseAddress = host.Endpoint };
        await SmallDataset.UploadAsync(storage, "shared", imagesPerClass: 3);
    }

    public async Task DisposeAsync()
    {
        http?.Dispose();
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        await storage.DisposeAsync();
    }

    [Fact]
    public async Task Callers_submit_see_and_cancel_what_their_roles_allow()
    {
        var request = SmallDataset.Request("anns", "shared");
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(HttpMethod.Post, "runs", who: null, request));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(HttpMethod.Post, "runs", "rita Runs.Read.All", request));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(HttpMethod.Get, "runs", "max Datasets.Manage"));

        Assert.Equal(HttpStatusCode.Accepted, await CallAsync(HttpMethod.Post, "runs", "ann Runs.Submit", request));
        Assert.Equal("ann", (await storage.Registry.ReadAsync("anns", default))!.SubmittedBy);

        Assert.Equal(HttpStatusCode.OK, await CallAsync(HttpMethod.Get, "runs/anns", "ann Runs.Submit"));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(HttpMethod.Get, "runs/anns", "rita Runs.Read.All"));
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(HttpMethod.Get, "runs/anns", "bob Runs.Submit"));
        Assert.Equal(1, await CountAsync("ann Runs.Submit"));
        Assert.Equal(0, await CountAsync("bob Runs.Submit"));
        Assert.Equal(1, await CountAsync("rita Runs.Read.All"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(HttpMethod.Get, "runs?rejected=true", "ann Runs.Submit"));

        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(HttpMethod.Post, "runs/anns/cancel", "bob Runs.Submit"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(HttpMethod.Post, "runs/anns/cancel", "rita Runs.Read.All"));
        Assert.Equal(HttpStatusCode.Accepted, await CallAsync(HttpMethod.Post, "runs/anns/cancel", "ann Runs.Submit"));
    }

    [Fact]
    public async Task Events_are_pushed_by_holders_of_their_role_who_may_do_nothing_else()
    {
        const string EventGrid = "event-grid AzureEventGridSecureWebhookSubscriber";
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(HttpMethod.Post, OnRequestPushed.Route, who: null, "[]"));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(HttpMethod.Options, OnRequestPushed.Route, who: null));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(HttpMethod.Post, OnRequestPushed.Route, "ann Runs.Submit Runs.Read.All Datasets.Manage", "[]"));
        Assert.Equal(HttpStatusCode.Accepted, await CallAsync(HttpMethod.Post, OnRequestPushed.Route, EventGrid, "[]"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(HttpMethod.Get, "runs", EventGrid));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(HttpMethod.Post, "runs", EventGrid, SmallDataset.Request("by-event-grid", "shared")));
    }

    [Fact]
    public async Task Function_that_is_disabled_is_not_there() =>
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(HttpMethod.Get, "openapi.json", "ann Runs.Submit"));

    [Fact]
    public async Task Policies_and_budgets_are_read_and_set_for_the_owner_and_the_ledger_names_who_did_it()
    {
        const string Budget = "datasets/rationed/budget";
        const string Change = "{ \"epsilon\": 3, \"reason\": \"as agreed\" }";
        const string Policy = "datasets/rationed/policy";
        const string Approval = """
            {"policy":{"classes":["owl"],"owners":{"from":"folder","level":1},"largestRun":{"epsilon":1,"delta":1e-6}},
            "cap":{"epsilon":4,"delta":1e-5},"reason":"first"}
            """;
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(HttpMethod.Get, Budget, who: null));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(HttpMethod.Get, Budget, "ann Runs.Submit Runs.Read.All"));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(HttpMethod.Put, Budget, "ann Runs.Submit Runs.Read.All", Change));
        Assert.Equal(HttpStatusCode.BadRequest, await CallAsync(HttpMethod.Put, Budget, "max Datasets.Manage", "{ \"epsilon\": -1 }"));
        Assert.Equal(HttpStatusCode.BadRequest, await CallAsync(HttpMethod.Put, Budget, "max Datasets.Manage", "{ \"epsilon\": 3, \"delt\": 1e-6 }"));
        Assert.Equal(HttpStatusCode.BadRequest, await CallAsync(HttpMethod.Put, Budget, "max Datasets.Manage", "{ \"delta\": 1e-6 }"));
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(HttpMethod.Get, "datasets/..x/budget", "max Datasets.Manage"));
        Assert.Null((await storage.LedgerAdministration.ReadCatalogueAsync(default)).LineageOf("rationed"));

        Assert.Equal(HttpStatusCode.BadRequest, await CallAsync(HttpMethod.Put, Budget, "max Datasets.Manage", Change));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(HttpMethod.Put, Policy, who: null, Approval));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(HttpMethod.Put, Policy, "ann Runs.Submit Runs.Read.All", Approval));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(HttpMethod.Get, "runs/any/details", "ann Runs.Submit Runs.Read.All"));
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(HttpMethod.Get, Policy, "max Datasets.Manage"));
        Assert.Equal(
            HttpStatusCode.BadRequest,
                await CallAsync(HttpMethod.Put, Policy, "max Datasets.Manage", Approval.Replace("owl", "a/b", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(HttpMethod.Put, Policy, "max Datasets.Manage", Approval));
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await CallAsync(HttpMethod.Put, Policy, "max Datasets.Manage", Approval.Replace("\"epsilon\":4", "\"epsilon\":5", StringComparison.Ordinal)));
        using var shown = await SendAsync(HttpMethod.Get, Policy, "max Datasets.Manage", body: null);
        using var policy = JsonDocument.Parse(await shown.Content.ReadAsStringAsync());
        Assert.Equal(
            ("owner", "max", "first"),
            (policy.RootElement.GetProperty("unit").GetString(), policy.RootElement.GetProperty("approvedBy").GetString(),
                policy.RootElement.GetProperty("reason").GetString()));

        Assert.Equal(HttpStatusCode.OK, await CallAsync(HttpMethod.Put, Budget, "max Datasets.Manage", Change));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(HttpMethod.Put, Budget, "eve Datasets.Manage", Change));

        using var answer = await SendAsync(HttpMethod.Get, Budget, "max Datasets.Manage", body: null);
        using var budget = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal((3, 1e-5), (budget.RootElement.GetProperty("totalEpsilon").GetDouble(), budget.RootElement.GetProperty("delta").GetDouble()));
        var chain = await storage.LedgerAdministration.ReadChainAsync("rationed", default);
        Assert.Empty(LedgerVerification.Check(chain, new LedgerAccountant()).Faults);
        var entries = Encoding.UTF8.GetString(chain.Lines.Span).TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)
            .Where(entry => entry.GetProperty("kind").GetString() == "cap").ToArray();
        var entry = Assert.Single(entries);
        Assert.Equal(("max", "as agreed"), (entry.GetProperty("by").GetString(), entry.GetProperty("reason").GetString()));
    }

    private async Task<int> CountAsync(string who)
    {
        using var answer = await SendAsync(HttpMethod.Get, "runs", who, body: null);
        using var list = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return list.RootElement.GetProperty("runs").GetArrayLength();
    }

    private async Task<HttpStatusCode> CallAsync(HttpMethod method, string path, string? who, string? body = null)
    {
        using var answer = await SendAsync(method, path, who, body);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? who, string? body)
    {
        using var message = new HttpRequestMessage(method, new Uri($"api/{path}", UriKind.Relative));
        message.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        if (who?.Split(' ') is [var id, .. var roles])
        {
            var claims = roles.Select(role => new { typ = "roles", val = role }).Prepend(new { typ = "oid", val = id });
            message.Headers.Add(CallerReader.PrincipalHeader, Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new { auth_typ = "aad", claims })));
        }

        return await http!.SendAsync(message);
    }
}
