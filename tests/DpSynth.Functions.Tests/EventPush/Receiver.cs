using System.Text;
using System.Text.Json;
using DpSynth.Catalogue;
using DpSynth.Functions.Callers;
using DpSynth.Functions.EventPush;
using DpSynth.Functions.Runs;
using DpSynth.Functions.Telemetry;
using DpSynth.Functions.Tests.Telemetry;
using DpSynth.Synthesis.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DpSynth.Functions.Tests.EventPush;

/// <summary>The function that takes pushed events, called as a server would call it.</summary>
internal sealed class Receiver : IDisposable
{
    public const string Json = "application/json";

    public const string CloudEvents = "application/cloudevents+json; charset=utf-8";

    private readonly Measurements _measurements = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().BuildServiceProvider();
    private readonly OnRequestPushed _function;

    public Receiver(EventPushOptions? options = null, AuthenticationMode mode = AuthenticationMode.Development) => _function = new OnRequestPushed(
        new RunStarter(new RunAdmission(
            Runs, null!, null!, null!, RequestParts.Reader, new Methods([]), TimeProvider.System), [], new FunctionInstruments(_measurements.Factory)),
        new CallerReader(Options.Create(new AuthenticationOptions { Mode = mode }), new ConfigurationBuilder().Build()),
        Options.Create(options ?? new EventPushOptions()),
        NullLogger<OnRequestPushed>.Instance);

    public RememberedRuns Runs { get; } = new();

    /// <summary>A request of a run that is valid.</summary>
    public static string Request(string runId) => $$$"""
        {"runId":"{{{runId}}}","dataset":"d","epsilon":1,"delta":1e-6,"image":{"width":8,"height":8},"generator":{"name":"draw-text"},
        "evolution":{"populationSizes":[4,4],"variationDegrees":[1,1]}}
        """;

    /// <summary>A CloudEvent that asks for a run.</summary>
    public static string CloudEvent(string runId, string id = "e") =>
        $$"""{"specversion":"1.0","id":"{{id}}","source":"/s","type":"dpsynth.run.requested","data":{{Request(runId)}}}""";

    /// <summary>An event in Event Grid's schema that asks for a run.</summary>
    public static string GridEvent(string runId, string topic = "\"/topics/ours\"") => $$"""
        {"id":"e","topic":{{topic}},"subject":"s","eventType":"dpsynth.run.requested",
        "eventTime":"2026-11-22T10:00:00Z","dataVersion":"1","data":{{Request(runId)}}}
        """;

    public Task<Answer> PushAsync(string body, string? contentType = Json, params (string Name, string Value)[] headers) =>
        PushAsync(Encoding.UTF8.GetBytes(body), contentType, headers);

    public Task<Answer> PushAsync(byte[] body, string? contentType = Json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethods.Post, new MemoryStream(body), body.Length, contentType, headers);

    public async Task<Answer> SendAsync(
        string method, Stream body, long? length, string? contentType, params (string Name, string Value)[] headers)
    {
        var http = new DefaultHttpContext { RequestServices = _services };
        http.Request.Method = method;
        http.Request.Body = body;
        http.Request.ContentLength = length;
        http.Request.ContentType = contentType;
        foreach (var (name, value) in headers)
        {
            http.Request.Headers[name] = value;
        }

        using var written = new MemoryStream();
        http.Response.Body = written;
        var result = await _function.RunAsync(http.Request, new NoOrchestrations(), CancellationToken.None);
        await result.ExecuteAsync(http);
        var text = Encoding.UTF8.GetString(written.ToArray());
        if (http.Response.StatusCode >= 400)
        {
            Assert.Equal("application/problem+json", http.Response.ContentType);
            Assert.EndsWith(".", JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        return new Answer(http.Response.StatusCode, text, http.Response.Headers);
    }

    public void Dispose()
    {
        _measurements.Dispose();
        _services.Dispose();
    }

    internal sealed record Answer(int Status, string Body, IHeaderDictionary Headers);
}
