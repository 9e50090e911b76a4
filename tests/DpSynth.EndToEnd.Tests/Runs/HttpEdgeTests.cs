using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DpSynth.EndToEnd.Tests.Hosting;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>What the local host answers to calls that are not as they should be, byte by byte.</summary>
[Trait("host", "local")]
public sealed class HttpEdgeTests(HostFixture host) : IClassFixture<HostFixture>
{
    private const string Json = "Content-Type: application/json\r\n";

    private string Own => $"Host: {host.Endpoint.Authority}\r\n";

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example:7071")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("10.0.0.1")]
    [InlineData("")]
    public async Task Name_that_is_not_of_this_machine_sets_no_budget(string name)
    {
        Assert.Contains(await SendAsync($"PUT /api/datasets/rebound/budget HTTP/1.1\r\nHost: {name}\r\n{Json}", """{"epsilon":5000}"""), (int[])[421, 400]);
        Assert.Null((await host.Storage.LedgerAdministration.ReadCatalogueAsync(default)).LineageOf("rebound"));
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("https://OWN")]
    public async Task Page_of_another_origin_sets_no_budget(string origin)
    {
        var header = $"Origin: {origin.Replace("OWN", host.Endpoint.Authority, StringComparison.Ordinal)}\r\n";
        Assert.Equal(403, await SendAsync($"PUT /api/datasets/rebound/budget HTTP/1.1\r\n{Own}{Json}{header}", """{"epsilon":5000}"""));
        Assert.Equal(403, await SendAsync($"POST /api/runs/x/cancel HTTP/1.1\r\n{Own}{header}", ""));
        Assert.Null((await host.Storage.LedgerAdministration.ReadCatalogueAsync(default)).LineageOf("rebound"));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    public async Task Names_of_this_machine_are_served(string name)
    {
        var own = $"{name}:{host.Endpoint.Port}";
        Assert.Equal(200, await SendAsync($"GET /api/runs HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{own}\r\n", ""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Content-Type: text/plain\r\n")]
    [InlineData("Content-Type: application/x-www-form-urlencoded\r\n")]
    [InlineData("Content-Type: multipart/form-data; boundary=x\r\n")]
    public async Task Body_that_does_not_say_that_it_is_json_is_refused(string type)
    {
        Assert.Equal(415, await SendAsync($"POST /api/runs HTTP/1.1\r\n{Own}{type}", SmallDataset.Request("untyped", "nowhere")));
        Assert.Equal(415, await SendAsync($"PUT /api/datasets/untyped/budget HTTP/1.1\r\n{Own}{type}", """{"epsilon":5}"""));
    }

    [Theory]
    [InlineData("POST /api/runs")]
    [InlineData("PUT /api/datasets/edge/budget")]
    [InlineData("POST /api/events")]
    public async Task Malformed_chunks_are_400_long_bodies_413_and_a_length_that_is_none_400(string call)
    {
        Assert.Equal(400, await SendRawAsync($"{call} HTTP/1.1\r\n{Own}{Json}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{{}}\r\n0\r\n\r\n"));
        Assert.Equal(400, await SendRawAsync($"{call} HTTP/1.1\r\n{Own}{Json}Transfer-Encoding: chunked\r\n\r\n5\r\n{{}}\r\n0\r\n\r\n"));
        Assert.Equal(400, await SendRawAsync($"{call} HTTP/1.1\r\n{Own}{Json}Content-Length: -3\r\n\r\n{{}}"));
        Assert.Equal(413, await SendRawAsync($"{call} HTTP/1.1\r\n{Own}{Json}Content-Length: 40000000\r\n\r\n{{"));
        var chunk = $"100000\r\n{new string('a', 0x100000)}\r\n";
        Assert.Equal(413, await SendRawAsync($"{call} HTTP/1.1\r\n{Own}{Json}Transfer-Encoding: chunked\r\n\r\n{chunk}{chunk}0\r\n\r\n"));
    }

    [Fact]
    public async Task Body_that_comes_too_slowly_is_408() =>
        Assert.Equal(408, await SendRawAsync($"POST /api/runs HTTP/1.1\r\n{Own}{Json}Content-Length: 1000\r\n\r\n{{"));

    [Theory]
    [InlineData("\"runId\": \"edge\"", "\"runId\": \"\\ud800\"")]
    [InlineData("\"seed\": 5", "\"seed\": 5, \"\\ud800\": 1")]
    [InlineData("\"draw-text\"", "\"\\udc00\"")]
    [InlineData("[\"I\", \"-\"]", "[\"I\", \"\\ud800\"]")]
    [InlineData("\"seed\": 5", "\"seed\": 1e999")]
    [InlineData("\"epsilon\": 4", "\"epsilon\": 1e-400")]
    [InlineData("\"seed\": 5", "\"seed\": [[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]")]
    [InlineData("\"lookahead\": 2", "\"lookahead\": 999999999999999999999999")]
    public async Task Half_characters_deep_nesting_and_absurd_numbers_are_refused_with_a_sentence(string part, string replacement)
    {
        var request = SmallDataset.Request("edge", "nowhere");
        Assert.Contains(part, request, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = host.Endpoint };
        using var body = new StringContent(request.Replace(part, replacement, StringComparison.Ordinal), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri("api/runs", UriKind.Relative), body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.EndsWith(
            ".", JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private Task<int> SendAsync(string head, string body) => SendRawAsync($"{head}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>Sends bytes as they are; the status of the answer.</summary>
    private async Task<int> SendRawAsync(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.Endpoint.Host, host.Endpoint.Port);
        await using var stream = socket.GetStream();
        var sending = stream.WriteAsync(Encoding.UTF8.GetBytes(request)).AsTask();
        using var reader = new StreamReader(stream);
        var status = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return int.Parse(status!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
