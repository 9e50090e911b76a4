using System.Net;
using System.Text;
using System.Text.Json;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Functions;
using DpSynth.LocalHost;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Requests;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>A host over accounts in which nobody has made a container answers as one to which nothing was uploaded.</summary>
[Trait("host", "local")]
public sealed class FreshHostTests : IAsyncLifetime
{
    private readonly StorageFixture _storage = new();
    private LocalFunctionHost? _host;

    public async Task InitializeAsync()
    {
        await _storage.InitializeAsync();
        foreach (var container in ExchangeLayout.Containers)
        {
            await _storage.ExchangeAccount.Blobs.DeleteBlobContainerAsync(container);
        }

        await _storage.PrivateAccount.Data.DeleteAsync();
        await _storage.PrivateAccount.Work.DeleteAsync();
        _host = await LocalFunctionHost.StartAsync(
            new LocalHostOptions
            {
                FunctionAssembly = typeof(FunctionApp).Assembly,
                ConfigureServices = FunctionApp.AddServices,
                DataFolder = _storage.NewDataFolder(),
                HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
                PrivateStorage = _storage.PrivateStorage,
                AzureWebJobsStorage = _storage.ExchangeStorage,
            },
            CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _storage.DisposeAsync();
    }

    [Fact]
    public async Task Host_without_containers_answers_as_one_without_datasets()
    {
        using var client = new RunClient(_storage, _host!.Endpoint);
        Assert.Equal("""{"runs":[]}""", await GetAsync("api/runs"));
        Assert.Equal("""{"runs":[]}""", await GetAsync("api/runs?rejected=true"));
        Assert.Null(await client.FindAsync("nobody"));

        using var body = new StringContent(SmallDataset.Request("first", "nowhere"), Encoding.UTF8, "application/json");
        using var refused = await client.Http.PostAsync(new Uri("api/runs", UriKind.Relative), body);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(
            Refusal.NoPolicy.Sentence,
            JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString());

        // The reason of a message needs the container, which is made for it.
        await client.SendAsync(SmallDataset.Request("second", "nowhere"));
        Assert.Equal(Refusal.NoPolicy.Sentence, (await client.WaitForEndAsync("second")).Reason);

        async Task<string> GetAsync(string path) => await client.Http.GetStringAsync(new Uri(path, UriKind.Relative));
    }
}
