using System.Text.Json;
using DpSynth.LocalHost.Functions;
using DpSynth.LocalHost.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost.Http;

/// <summary>Puts HTTP-triggered functions on their routes.</summary>
internal static partial class HttpFunctions
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    public static void MapFunctions(
        this IEndpointRouteBuilder routes, FunctionCatalog catalog, FunctionInvoker invoker, HostJson settings, ILogger logger)
    {
        foreach (var (function, trigger) in catalog.TriggeredBy<HttpTriggerAttribute>())
        {
            var route = $"/{settings.RoutePrefix.Trim('/')}/{(trigger.Route ?? function.Name).TrimStart('/')}".Replace("//", "/");
            Task Handle(HttpContext http) => HandleAsync(http, function, invoker, logger);
            var endpoint = trigger.Methods is { Length: > 0 } methods
                ? routes.MapMethods(route, methods.Select(method => method.ToUpperInvariant()), Handle)
                : routes.Map(route, Handle);
            endpoint.WithDisplayName(function.Name);
        }
    }

    private static async Task HandleAsync(HttpContext http, FunctionEntry function, FunctionInvoker invoker, ILogger logger)
    {
        try
        {
            var result = await invoker.InvokeAsync(
                function,
                type => Bind(http, type),
                http.Request.RouteValues.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase),
                http.RequestAborted);
            await WriteAsync(http, result);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer any more.
        }
        catch (BadHttpRequestException broken) when (!http.Response.HasStarted)
        {
            await WriteProblemAsync(http, broken.StatusCode, "The request is not sent as HTTP says");
        }
        catch (Exception e)
        {
            LogFailed(logger, e, function.Name);
            if (!http.Response.HasStarted)
            {
                http.Response.Clear();
                await WriteProblemAsync(http, StatusCodes.Status500InternalServerError, "The server failed to answer this request.");
            }
        }
    }

    /// <summary>Answers with RFC 9457 problem details that say no more than title and detail.</summary>
    public static Task WriteProblemAsync(HttpContext http, int status, string title, string? detail = null)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(
            new ProblemDetails { Status = status, Title = title, Detail = detail }, _json, "application/problem+json", http.RequestAborted);
    }

    private static HttpRequest Bind(HttpContext http, Type type) =>
        type.IsInstanceOfType(http.Request)
            ? http.Request
            : throw new InvalidOperationException($"An HTTP trigger binds to HttpRequest, not to {type}.");

    private static Task WriteAsync(HttpContext http, object? result)
    {
        switch (result)
        {
            case IResult answer:
                return answer.ExecuteAsync(http);
            case IActionResult action:
                return action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor()));
            case null:
                if (!http.Response.HasStarted && http.Response.StatusCode == StatusCodes.Status200OK)
                {
                    http.Response.StatusCode = StatusCodes.Status204NoContent;
                }

                return Task.CompletedTask;
            case string text:
                http.Response.ContentType = "text/plain; charset=utf-8";
                return http.Response.WriteAsync(text, http.RequestAborted);
            default:
                return http.Response.WriteAsJsonAsync(result, result.GetType(), _json, http.RequestAborted);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed to answer an HTTP request.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function);
}
