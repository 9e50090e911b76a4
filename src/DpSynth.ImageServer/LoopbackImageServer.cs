using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using DpSynth.ImageServer.Faults;
using DpSynth.ImageServer.Makers;
using DpSynth.ImageServer.Wire;
using DpSynth.ImageServer.Wire.Dialects;
using DpSynth.Imaging.Decoding;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DpSynth.ImageServer;

/// <summary>
/// An image API on this machine that speaks OpenAI's wire format and Azure OpenAI's, each below its own path, for the demo, tests and
/// benchmarks: generations and edits, error bodies, rate limits, and every fault one likes. It listens on 127.0.0.1 only and answers nobody else.
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

    /// <summary>The address of OpenAI's API, such as <c>http://127.0.0.1:50123/v1/</c>.</summary>
    public Uri Endpoint => new(AzureEndpoint, "/v1/");

    /// <summary>The address of the Azure OpenAI resource that the server plays, such as <c>http://127.0.0.1:50123/</c>.</summary>
    public Uri AzureEndpoint => new(_app.Urls.Single());

    /// <summary>What the server did so far.</summary>
    public ImageServerCounts Counts => new(
        Interlocked.Read(ref _requests),
        Interlocked.Read(ref _billed),
        Interlocked.Read(ref _answered),
        Interlocked.Read(ref _refused),
        Interlocked.Read(ref _throttled),
        Interlocked.Read(ref _faults),
        _mostAtOnce);

    /// <summary>The requests that came, where <see cref="ImageServerOptions.Record"/> says so.</summary>
    public IReadOnlyCollection<RecordedRequest> Recorded => _recorded;

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
        var dialect = WireDialect.Of(context.Request.Path);
        try
        {
            context.Response.Headers[dialect.RequestIdHeader] = $"req_{Guid.NewGuid():N}";
            if (RefusalOfCaller(context, dialect) is { } refusal)
            {
                await ImageReply.SendErrorAsync(context.Response, dialect, refusal);
                return;
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
            await AnswerAsync(context, dialect, number, stop.Token);
        }
        catch (WireException fault)
        {
            await ImageReply.SendErrorAsync(context.Response, dialect, fault.Error);
        }
        catch (ImageRejectedException)
        {
            await ImageReply.SendErrorAsync(
                context.Response,
                dialect,
                new WireError(StatusCodes.Status400BadRequest, "Invalid image file.", "invalid_request_error")
                {
                    Parameter = "image",
                    Code = "invalid_image_file",
                });
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
    private WireError? RefusalOfCaller(HttpContext context, WireDialect dialect)
    {
        var isLocal = context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
        var isNamed = context.Request.Host.Host is "localhost" || (IPAddress.TryParse(context.Request.Host.Host, out var name) && IPAddress.IsLoopback(name));
        if (!isLocal || !isNamed)
        {
            return new WireError(StatusCodes.Status403Forbidden, "This server answers its own machine only.", "invalid_request_error");
        }

        var credential = dialect.CredentialOf(context.Request);
        return _options.Key is { } key && credential != key ? dialect.Unauthorized(credential) : null;
    }

    private async Task AnswerAsync(HttpContext context, WireDialect dialect, long number, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);
        body.Position = 0;
        context.Request.Body = body;
        if (context.Request.Method != HttpMethods.Post || dialect.Route(context.Request) is not { } route)
        {
            await ImageReply.SendErrorAsync(context.Response, dialect, dialect.NotFound(context.Request));
            return;
        }

        var call = route.IsEdit ? await ImageCall.ReadFormAsync(context.Request, cancellationToken) : ImageCall.ReadJson(body.ToArray());
        if (_options.Record)
        {
            _recorded.Enqueue(RecordOf(context.Request, body.ToArray(), call));
        }

        var deployment = route.Deployment ?? call.Model
            ?? throw new WireException("You must provide a model parameter.", "model", "missing_required_parameter");
        if (_options.Deployment is { } only && deployment != only)
        {
            await ImageReply.SendErrorAsync(
                context.Response,
                dialect,
                new WireError(
                    StatusCodes.Status404NotFound,
                    $"The model or deployment '{deployment}' does not exist.",
                    "invalid_request_error")
                {
                    Code = "model_not_found",
                    AzureCode = "DeploymentNotFound",
                });
            return;
        }

        var left = _budget.TryTake();
        if (_options.RequestsPerMinute is { } limit)
        {
            context.Response.Headers["x-ratelimit-limit-requests"] = limit.ToString("0", CultureInfo.InvariantCulture);
            context.Response.Headers["x-ratelimit-remaining-requests"] = (left ?? 0).ToString(CultureInfo.InvariantCulture);
        }

        if (left is null)
        {
            Interlocked.Increment(ref _throttled);
            await ImageReply.SendTooManyAsync(context.Response, dialect, _options.RetryAfterSeconds, asDate: false);
            return;
        }

        var fault = _options.Refuses?.Invoke(call.Prompt) == true ? ServerFault.ContentPolicy : _options.Faults.Next(number);
        if (fault is { } planned)
        {
            Interlocked.Increment(ref _faults);
        }

        if (fault is null || IsBilled(fault.Value))
        {
            await Task.Delay(_options.Latency, cancellationToken);
            var image = await _options.Maker.MakeAsync(new ImageOrder(call.Prompt, call.Width, call.Height, call.Image, number), cancellationToken);
            Interlocked.Increment(ref _billed);
            await SendImageAsync(context, call, image, fault, cancellationToken);
            return;
        }

        await SendErrorAsync(context.Response, dialect, call, fault.Value);
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
                {
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }

                context.Abort();
                return;
            default:
                response.ContentLength = body.Length;
                await response.Body.WriteAsync(body, cancellationToken);
                if (fault is null)
                {
                    Interlocked.Increment(ref _answered);
                }

                return;
        }
    }

    private Task SendErrorAsync(HttpResponse response, WireDialect dialect, ImageCall call, ServerFault fault)
    {
        switch (fault)
        {
            case ServerFault.TooManyRequests or ServerFault.TooManyRequestsUntilDate:
                Interlocked.Increment(ref _throttled);
                return ImageReply.SendTooManyAsync(response, dialect, _options.RetryAfterSeconds, fault == ServerFault.TooManyRequestsUntilDate);
            case ServerFault.ServerError:
                return ImageReply.SendErrorAsync(
                    response,
                    dialect,
                    new WireError(
                        StatusCodes.Status500InternalServerError, "The server had an error while processing your request. Sorry about that!", "server_error"));
            case ServerFault.ContentPolicy:
                Interlocked.Increment(ref _refused);

                // Services quote the prompt.
                return ImageReply.SendErrorAsync(
                    response,
                    dialect,
                    new WireError(
                        StatusCodes.Status400BadRequest, $"Your request was rejected by the safety system: '{call.Prompt}'.", "image_generation_user_error")
                    {
                        Code = "moderation_blocked",
                        AzureCode = "contentFilter",
                        AzureInnerCode = "ResponsibleAIPolicyViolation",
                    });
            case ServerFault.Redirect:
                response.StatusCode = StatusCodes.Status307TemporaryRedirect;
                response.Headers.Location = _options.RedirectTo?.AbsoluteUri ?? Endpoint.AbsoluteUri;
                return Task.CompletedTask;
            default:
                response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return response.WriteAsync("upstream connect error", CancellationToken.None);
        }
    }

    private static RecordedRequest RecordOf(HttpRequest request, byte[] body, ImageCall call) => new()
    {
        Path = request.Path.Value ?? "",
        Query = request.QueryString.Value ?? "",
        Headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        Body = body,
        Fields = call.Fields,
        Prompt = call.Prompt,
        Image = call.Image,
        ImageField = call.File?.Name,
        ImageFileName = call.File?.FileName,
    };

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
