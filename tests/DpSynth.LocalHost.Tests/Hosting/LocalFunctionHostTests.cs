using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace DpSynth.LocalHost.Tests.Hosting;

public sealed class LocalFunctionHostTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    private readonly HttpClient _http = new() { BaseAddress = fixture.Host.Endpoint };

    [Fact]
    public async Task Messages_reach_functions_in_the_type_they_ask_for()
    {
        await SendAsync("texts", "plain text");
        await SendAsync("messages", "a message");
        await SendAsync("orders", """{"id":"o1","COUNT":7}""");
        await fixture.Inbox.UntilAsync("plain text", 1);
        await fixture.Inbox.UntilAsync("a message", 1);
        await fixture.Inbox.UntilAsync("o1:7:7", 1);
    }

    [Fact]
    public async Task A_failing_message_is_tried_as_often_as_configured_and_then_poisoned()
    {
        await SendAsync("broken", "bad luck");
        Assert.Equal("bad luck", Decode(await PoisonedAsync("broken", "bad luck")));
        Assert.Equal(3, fixture.Inbox.Count("bad luck"));
    }

    [Fact]
    public async Task A_message_that_does_not_parse_is_poisoned_like_any_failure() =>
        Assert.Equal("not json", await SendAndPoisonAsync("orders", "not json"));

    [Fact]
    public async Task A_message_that_is_not_base64_is_poisoned_in_its_raw_form_without_a_call()
    {
        await Queue("texts").CreateIfNotExistsAsync();
        await Queue("texts").SendMessageAsync("{ not base64 }");
        var body = await PoisonedAsync("texts", "{ not base64 }");
        Assert.Equal("{ not base64 }", body);
        Assert.Equal(0, fixture.Inbox.Count("{ not base64 }"));
    }

    [Fact]
    public async Task A_new_private_blob_is_announced_as_event_grid_does()
    {
        var container = new BlobContainerClient(fixture.Host.PrivateStorage, "private-data");
        await container.CreateIfNotExistsAsync();
        await container.UploadBlobAsync("mnist/7/one.png", BinaryData.FromString("x"));
        await fixture.Inbox.UntilAsync(
            "Microsoft.Storage.BlobCreated /blobServices/default/containers/private-data/blobs/mnist/7/one.png", 1);
    }

    [Fact]
    public async Task A_large_upload_is_announced_completely()
    {
        var container = new BlobContainerClient(fixture.Host.PrivateStorage, "private-data");
        await container.CreateIfNotExistsAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, 250), async (i, token) =>
            await container.UploadBlobAsync($"many/{i}.png", BinaryData.FromString("x"), token));
        foreach (var i in Enumerable.Range(0, 250))
        {
            await fixture.Inbox.UntilAsync(
                $"Microsoft.Storage.BlobCreated /blobServices/default/containers/private-data/blobs/many/{i}.png", 1);
        }
    }

    [Fact]
    public async Task Action_results_results_and_plain_objects_become_answers()
    {
        using var echo = await _http.PostAsync("/api/echo/hello", null);
        Assert.Equal("""{"word":"hello","method":"POST"}""", await echo.Content.ReadAsStringAsync());

        using var accepted = await _http.GetAsync("/api/accepted");
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal("/api/elsewhere", accepted.Headers.Location!.ToString());

        Assert.Equal(new Order("b", 2), await _http.GetFromJsonAsync<Order>("/api/plain"));
    }

    [Fact]
    public async Task Only_the_methods_of_the_attribute_are_answered()
    {
        using var answer = await _http.DeleteAsync("/api/echo/hello");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        using var nowhere = await _http.GetAsync("/api/nowhere");
        Assert.Equal(HttpStatusCode.NotFound, nowhere.StatusCode);
    }

    [Fact]
    public async Task An_unhandled_exception_becomes_problem_details_without_details()
    {
        using var answer = await _http.GetAsync("/api/fails");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Equal(500, JsonDocument.Parse(body).RootElement.GetProperty("status").GetInt32());
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_http_function_starts_an_orchestration()
    {
        using var answer = await _http.PostAsync("/api/begin/10", null);
        var id = await answer.Content.ReadAsStringAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var end = await fixture.Host.DurableTaskClient.WaitForInstanceCompletionAsync(id, true, limit.Token);
        Assert.Equal(55, end.ReadOutputAs<int>());
    }

    [Fact]
    public Task A_timer_function_is_called_at_its_times() => fixture.Inbox.UntilAsync("tick", 2);

    [Fact]
    public void Other_processes_find_the_host_and_only_the_owner_can_read_how()
    {
        var found = RunningHost.TryRead(fixture.DataFolder);
        Assert.Equal(fixture.Host.Endpoint, found!.Endpoint);
        Assert.Equal(Environment.ProcessId, found.ProcessId);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(fixture.DataFolder, "running.json")));
        }
    }

    [Fact]
    public async Task A_second_host_on_the_data_folder_is_refused_with_the_first_ones_process_id()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => LocalFunctionHost.StartAsync(HostFixture.Options(fixture.DataFolder, new Inbox()), CancellationToken.None));
        Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_others_can_reach_is_refused()
    {
        using var folder = new ScratchFolder();
        var options = HostFixture.Options(folder.Path, new Inbox()) with { Address = IPAddress.Any };
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => LocalFunctionHost.StartAsync(options, CancellationToken.None));
        Assert.Contains("loopback", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_of_the_storage_accounts_is_refused()
    {
        using var folder = new ScratchFolder();
        var options = HostFixture.Options(folder.Path, new Inbox()) with { PrivateStorage = fixture.Host.PrivateStorage };
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => LocalFunctionHost.StartAsync(options, CancellationToken.None));
        Assert.Contains("PrivateStorage and AzureWebJobsStorage", refusal.Message, StringComparison.Ordinal);
    }

    private static string Decode(string body) => Encoding.UTF8.GetString(Convert.FromBase64String(body));

    private QueueClient Queue(string name) => new(fixture.Host.ExchangeStorage, name);

    private async Task SendAsync(string queue, string text)
    {
        await Queue(queue).CreateIfNotExistsAsync();
        await Queue(queue).SendMessageAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
    }

    private async Task<string> SendAndPoisonAsync(string queue, string text)
    {
        await SendAsync(queue, text);
        return Decode(await PoisonedAsync(queue, text));
    }

    private async Task<string> PoisonedAsync(string queue, string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var poison = Queue(queue + "-poison");
        var expected = new[] { text, Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) };
        while (true)
        {
            if (await poison.ExistsAsync(limit.Token))
            {
                var messages = (await poison.PeekMessagesAsync(32, limit.Token)).Value;
                if (messages.Select(m => m.Body.ToString()).FirstOrDefault(expected.Contains) is { } body)
                {
                    return body;
                }
            }

            await Task.Delay(20, limit.Token);
        }
    }
}
