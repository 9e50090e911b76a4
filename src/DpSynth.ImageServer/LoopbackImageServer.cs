using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using DpSynth.ImageServer.Faults;
using DpSynth.ImageServer.Makers;
using DpSynth.ImageServer.Wire;
using DpSynth.Imaging.Decoding;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DpSynth.ImageServer;

/// <summary>
/// An image API on this machine that speaks OpenAI's wire format, for the demo, tests and benchmarks: generations and edits, error bodies,
/// rate limits, and every fault one likes. It listens on 127.0.0.1 only and answers nobody else.
/// </summary>
public sealed class LoopbackImageServer : IAsyncDisposable
{
    private const long LargestBody = 64 << 20;

    private readonly ImageServerOptions _options;
    private readonly WebApplication _app;
    private readonly RequestBudget _budget;
    private readonly ConcurrentQueue<RecordedRequest> _recorded = new();
    private readonly CancellationTokenSource _stopping = new();
    private long _requests;
    private long _billed;
    private long _answered;
    private long _refused;
    private long _throttled;
    private long _faults;
    private int _atOnce;
    private int _mostAtOnce;

    private LoopbackImageServer(ImageServerOptions options)
    {
        _options = options;
        _budget = new RequestBudget(options.RequestsPerMinute, TimeProvider.System);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.AddServerHeader = false;
        });
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    /// <summary>The API's address, such as <c>http://127.0.0.1:50123/v1/</c>.</summary>
    public Uri Endpoint => new(new Uri(_app.Urls.Single()), "/v1/");

    /// <summary>What the server did so far.</summary>
    public ImageServerCounts Counts => new(
        Interlocked.Read(ref _requests), Interlocked.Read(ref _billed), Interlocked.Read(ref _answered), Interlocked.Read(ref _refused), Interlocked.Read(ref _throttled), Interlocked.Read(ref _faults), _mostAtOnce);

    /// <summary>The requests that came, where <see cref="ImageServerOptions.Record"/> says so.</summary>
    public IReadOnlyCollection<RecordedRequest> Recorded => _recorded;

    /// <summary>The query of the last request.</summary>
    public string LastQuery { get; private set; } = "";

    /// <summary>Starts a server.</summary>
    public static async Task<LoopbackImageServer> StartAsync(ImageServerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var server = new LoopbackImageServer(options);
        await server._app.StartAsync(cancellationToken);
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var number = Interlocked.Increment(ref _requests);
        InterlockedMax(ref _mostAtOnce, Interlocked.Increment(ref _atOnce));
        try
        {
            context.Response.Headers["x-request-id"] = $"req_{Guid.NewGuid():N}";
            if (await RefuseCallerAsync(context))
                return;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
            await AnswerAsync(context, number, stop.Token);
        }
        catch (WireException fault)
        {
            await ImageReply.SendErrorAsync(context.Response, StatusCodes.Status400BadRequest, fault.Message, "invalid_request_error", fault.Parameter, fault.Code);
        }
        catch (ImageRejectedException)
        {
            await ImageReply.SendErrorAsync(context.Response, StatusCodes.Status400BadRequest, "Invalid image file.", "invalid_request_error", "image", "invalid_image_file");
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or BadHttpRequestException)
        {
            context.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }

    /// <summary>Strangers, other names of this machine (a web page may have been told one), and wrong keys.</summary>
    private async Task<bool> RefuseCallerAsync(HttpContext context)
    {
        var isLocal = context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
        var isNamed = context.Request.Host.Host is "localhost" || (IPAddress.TryParse(context.Request.Host.Host, out var name) && IPAddress.IsLoopback(name));
        if (!isLocal || !isNamed)
        {
            await ImageReply.SendErrorAsync(context.Response, StatusCodes.Status403Forbidden, "This server answers its own machine only.", "invalid_request_error", null, null);
            return true;
        }

        if (_options.Key is { } key && context.Request.Headers.Authorization != $"Bearer {key}")
        {
            await ImageReply.SendErrorAsync(context.Response, StatusCodes.Status401Unauthorized, $"Incorrect API key provided: {context.Request.Headers.Authorization}.", "invalid_request_error", null, "invalid_api_key");
            return true;
        }

        return false;
    }

    private async Task AnswerAsync(HttpContext context, long number, CancellationToken cancellationToken)
    {
        var path = context.Request.Path.Value ?? "";
        LastQuery = context.Request.QueryString.Value ?? "";
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);
        body.Position = 0;
        context.Request.Body = body;
        if (context.Request.Method != HttpMethods.Post || path is not ("/v1/images/generations" or "/v1/images/edits"))
        {
            await ImageReply.SendErrorAsync(context.Response, StatusCodes.Status404NotFound, $"Invalid URL ({context.Request.Method} {path})", "invalid_request_error", null, null);
            return;
        }

        var call = path == "/v1/images/generations" ? ImageCall.ReadJson(body.ToArray()) : await ImageCall.ReadFormAsync(context.Request, cancellationToken);
        if (_options.Record)
            _recorded.Enqueue(new RecordedRequest(path, body.ToArray(), call.Prompt, call.Image));

        var left = _budget.TryTake();
        if (_options.RequestsPerMinute is { } limit)
        {
            context.Response.Headers["x-ratelimit-limit-requests"] = limit.ToString("0", CultureInfo.InvariantCulture);
            context.Response.Headers["x-ratelimit-remaining-requests"] = (left ?? 0).ToString(CultureInfo.InvariantCulture);
        }

        if (left is null)
        {
            Interlocked.Increment(ref _throttled);
            await ImageReply.SendTooManyAsync(context.Response, _options.RetryAfterSeconds, asDate: false);
            return;
        }

        var fault = _options.Refuses?.Invoke(call.Prompt) == true ? ServerFault.ContentPolicy : _options.Faults.Next(number);
        if (fault is { } planned)
            Interlocked.Increment(ref _faults);
        if (fault is null || IsBilled(fault.Value))
        {
            await Task.Delay(_options.Latency, cancellationToken);
            var image = await _options.Maker.MakeAsync(new ImageOrder(call.Prompt, call.Width, call.Height, call.Image, number), cancellationToken);
            Interlocked.Increment(ref _billed);
            await SendImageAsync(context, call, image, fault, cancellationToken);
            return;
        }

        await SendErrorAsync(context.Response, fault.Value);
    }

    private static bool IsBilled(ServerFault fault) =>
        fault is ServerFault.SlowBody or ServerFault.TruncatedJson or ServerFault.ConnectionReset or ServerFault.WrongContentType or ServerFault.NotAnImage;

    private async Task SendImageAsync(HttpContext context, ImageCall call, byte[] image, ServerFault? fault, CancellationToken cancellationToken)
    {
        var response = context.Response;
        if (fault == ServerFault.WrongContentType)
        {
            response.ContentType = "text/html";
            await response.WriteAsync("<html><body>Sign in to continue</body></html>", cancellationToken);
            return;
        }

        response.ContentType = "application/json";
        var body = ImageReply.Body(call, fault == ServerFault.NotAnImage ? "this is no image"u8.ToArray() : image);
        var half = body.AsMemory(0, body.Length / 2);
        switch (fault)
        {
            case ServerFault.TruncatedJson:
                await response.Body.WriteAsync(half, cancellationToken);
                return;
            case ServerFault.ConnectionReset or ServerFault.SlowBody:
                response.ContentLength = body.Length;
                await response.Body.WriteAsync(half, cancellationToken);
                await response.Body.FlushAsync(cancellationToken);
                if (fault == ServerFault.SlowBody)
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                context.Abort();
                return;
            default:
                response.ContentLength = body.Length;
                await response.Body.WriteAsync(body, cancellationToken);
                if (fault is null)
                    Interlocked.Increment(ref _answered);
                return;
        }
    }

    private Task SendErrorAsync(HttpResponse response, ServerFault fault)
    {
        switch (fault)
        {
            case ServerFault.TooManyRequests or ServerFault.TooManyRequestsUntilDate:
                Interlocked.Increment(ref _throttled);
                return ImageReply.SendTooManyAsync(response, _options.RetryAfterSeconds, fault == ServerFault.TooManyRequestsUntilDate);
            case ServerFault.ServerError:
                return ImageReply.SendErrorAsync(response, StatusCodes.Status500InternalServerError, "The server had an error while processing your request. Sorry about that!", "server_error", null, null);
            case ServerFault.ContentPolicy:
                Interlocked.Increment(ref _refused);
                return ImageReply.SendErrorAsync(
                    response, StatusCodes.Status400BadRequest, "Your request was rejected by the safety system.", "image_generation_user_error", null, "moderation_blocked");
            case ServerFault.Redirect:
                response.StatusCode = StatusCodes.Status307TemporaryRedirect;
                response.Headers.Location = _options.RedirectTo?.AbsoluteUri ?? Endpoint.AbsoluteUri;
                return Task.CompletedTask;
            default:
                response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return response.WriteAsync("upstream connect error", CancellationToken.None);
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
