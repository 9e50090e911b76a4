using System.Text.Json;
using DpSynth.Functions.Callers;
using DpSynth.LocalHost.Functions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost.Http;

/// <summary>
/// The address at which Event Grid pushes events to functions, with the answers that the Functions host gives there: both handshakes by which
/// Event Grid makes sure that it is welcome, 202 once every event was taken, 500 if one was not, so that all come again.
/// </summary>
/// <remarks>
/// In Azure the host asks for its key here, and App Service authentication for a token before it. This host knows callers as its API does.
/// </remarks>
internal sealed partial class EventGridWebhook(FunctionCatalog catalog, FunctionInvoker invoker, CallerReader callers, ILogger logger)
{
    /// <summary>The address; <c>?functionName=NAME</c> says which function is meant.</summary>
    public const string Route = "/runtime/webhooks/eventgrid";

    /// <summary>Event Grid sends no more than this at once, batches included; Azure's host would take more.</summary>
    public const int MaximumBytes = 1024 * 1024;

    private const string DefaultOrigin = "eventgrid.azure.net";

    private static readonly string[] _methods = [HttpMethods.Get, HttpMethods.Put, HttpMethods.Post, HttpMethods.Delete, HttpMethods.Options];

    private static readonly string[] _origins =
        [DefaultOrigin, "eventgrid.azure.us", "eventgrid.azure.eaglex.ic.gov", "eventgrid.azure.microsoft.scloud", "eventgrid.azure.cn"];

    private readonly Dictionary<string, FunctionEntry> _functions =
        catalog.TriggeredBy<EventGridTriggerAttribute>().ToDictionary(pair => pair.Function.Name, pair => pair.Function, StringComparer.Ordinal);

    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods(Route, _methods, HandleAsync).WithDisplayName("Event Grid");

    private async Task HandleAsync(HttpContext http)
    {
        try
        {
            await AnswerAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer any more.
        }
        catch (BadHttpRequestException refused)
        {
            await HttpFunctions.WriteProblemAsync(http, refused.StatusCode, $"The events cannot be read; together they may have {MaximumBytes} bytes.");
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception);
            await HttpFunctions.WriteProblemAsync(http, StatusCodes.Status500InternalServerError, "An event could not be taken.");
        }
    }

    private Task AnswerAsync(HttpContext http)
    {
        if (callers.Read(http.Request) is null)
        {
            return HttpFunctions.WriteProblemAsync(http, StatusCodes.Status401Unauthorized, "Nobody is signed in.");
        }

        // A function that is disabled is not there.
        if (!_functions.TryGetValue(http.Request.Query["functionName"].ToString(), out var function))
        {
            return HttpFunctions.WriteProblemAsync(http, StatusCodes.Status404NotFound, "No function of this name takes events.");
        }

        if (HttpMethods.IsOptions(http.Request.Method))
        {
            var asking = http.Request.Headers["WebHook-Request-Origin"].ToString();
            http.Response.Headers["WebHook-Allowed-Origin"] = _origins.Contains(asking, StringComparer.Ordinal) ? asking : DefaultOrigin;
            return Task.CompletedTask;
        }

        return http.Request.Headers["aeg-event-type"].ToString().ToUpperInvariant() switch
        {
            "SUBSCRIPTIONVALIDATION" => ConfirmAsync(http),
            "NOTIFICATION" => TakeAsync(http, function),
            "UNSUBSCRIBE" => AnswerAsync(http, StatusCodes.Status202Accepted),
            _ => AnswerAsync(http, StatusCodes.Status400BadRequest),
        };
    }

    /// <summary>Sends back the code with which Event Grid asks whether it may push.</summary>
    private static async Task ConfirmAsync(HttpContext http)
    {
        using var body = await ReadAsync(http);
        var data = (body.RootElement.ValueKind == JsonValueKind.Array ? body.RootElement[0] : body.RootElement).GetProperty("data");

        // In the CloudEvents form the data are JSON in a text.
        using var inner = data.ValueKind == JsonValueKind.String ? JsonDocument.Parse(data.GetString()!) : null;
        var code = (inner?.RootElement ?? data).GetProperty("validationCode").GetString();
        await http.Response.WriteAsJsonAsync(new { validationResponse = code }, http.RequestAborted);
    }

    /// <summary>Hands each event to the function, all at the same time.</summary>
    private async Task TakeAsync(HttpContext http, FunctionEntry function)
    {
        using var body = await ReadAsync(http);
        var events = body.RootElement.ValueKind == JsonValueKind.Array ? [.. body.RootElement.EnumerateArray()] : new[] { body.RootElement };

        // As in Azure, an event at work is finished even if nobody waits for the answer any more.
        await Task.WhenAll(events.Select(pushed => invoker.InvokeAsync(
            function, type => EventGridBinding.Bind(pushed, type), EventGridBinding.Metadata(pushed), CancellationToken.None)));
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static async Task<JsonDocument> ReadAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaximumBytes;
        }

        return await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
    }

    private static Task AnswerAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What Event Grid pushed could not be taken.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
