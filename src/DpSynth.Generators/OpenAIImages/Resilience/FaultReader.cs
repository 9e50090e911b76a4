using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;

namespace DpSynth.Generators.OpenAIImages.Resilience;

/// <summary>Tells what a failed call means.</summary>
internal static class FaultReader
{
    // Codes differ between OpenAI and Azure, and between their versions.
    private static readonly HashSet<string> _refusals = new(StringComparer.OrdinalIgnoreCase)
    {
        "content_policy_violation", "moderation_blocked", "contentFilter", "content_filter", "ResponsibleAIPolicyViolation", "image_generation_user_error",
    };

    private static readonly HashSet<string> _exhausted = new(StringComparer.OrdinalIgnoreCase) { "insufficient_quota", "billing_hard_limit_reached" };

    private static readonly HashSet<string> _shown = new(_refusals.Concat(_exhausted), StringComparer.OrdinalIgnoreCase)
    {
        "invalid_api_key", "invalid_request_error", "invalid_value", "model_not_found", "DeploymentNotFound", "unknown_parameter",
            "rate_limit_exceeded", "PermissionDenied",
    };

    /// <summary>Reads a failure of the library; <paramref name="now"/> is for waits that the service gives as a date.</summary>
    public static ImageCallException Read(Exception fault, DateTimeOffset now) => fault switch
    {
        ImageCallException known => known,
        ClientResultException { Status: > 0 } answered => Read(answered.Status, answered.GetRawResponse(), now),
        ClientResultException { InnerException: { } inner } => Read(inner, now),
        AggregateException { InnerException: { } inner } => Read(inner, now),
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError
        } unreached =>
            new ImageCallException(CallFault.Failed, $"The image API cannot be reached ({unreached.HttpRequestError})."),
        HttpRequestException or IOException or ClientResultException => new ImageCallException(
            CallFault.Lost, "The connection to the image API broke before the answer was whole."),
        Azure.Identity.AuthenticationFailedException => new ImageCallException(
            CallFault.Failed, "No token for the image API could be had: see that the worker has the identity that its settings name."),
        ArgumentException => new ImageCallException(CallFault.Final, $"The client of the image API does not take the request ({fault.GetType().Name})."),
        _ => new ImageCallException(CallFault.Lost, $"The image API's answer is not what it should be ({fault.GetType().Name})."),
    };

    private static ImageCallException Read(int status, PipelineResponse? response, DateTimeOffset now)
    {
        var codes = ReadCodes(response);
        var code = codes.FirstOrDefault(_shown.Contains);
        var answer = $"The image API answered {status}{(code is null ? "" : $" ({code})")}";
        if (status is 400 or 403 && codes.Any(_refusals.Contains))
        {
            return new ImageCallException(CallFault.Refused, $"{answer}: it refuses the content.");
        }

        if (codes.Any(_exhausted.Contains))
        {
            return new ImageCallException(CallFault.Final, $"{answer}: the account's quota or credit is used up.");
        }

        return status switch
        {
            429 => new ImageCallException(CallFault.Throttled, $"{answer}: too many requests.", RetryAfter.Read(response?.Headers, now)),
            408 or 504 => new ImageCallException(CallFault.Lost, $"{answer}: it took too long.", RetryAfter.Read(response?.Headers, now)),
            >= 500 => new ImageCallException(CallFault.Failed, $"{answer}.", RetryAfter.Read(response?.Headers, now)),
            401 or 403 => new ImageCallException(CallFault.Final, $"{answer}: see that the worker's identity or key may call the model."),
            404 => new ImageCallException(CallFault.Final, $"{answer}: see that the model or deployment exists, and that 'ImageApi__Endpoint' is the "
                + "Azure resource's address, or elsewhere ends in '/v1/'."),
            >= 300 and < 400 => new ImageCallException(
                CallFault.Final, $"{answer}: the address redirects, and the credential is not sent elsewhere; set 'ImageApi__Endpoint' to the API itself."),
            >= 200 and < 300 => new ImageCallException(CallFault.Lost, $"{answer}, but what came with it is not what it should be."),
            _ => new ImageCallException(CallFault.Final, $"{answer}: it does not take the request; see that the options are those of the model."),
        };
    }

    /// <summary>The codes of an error body: <c>error.code</c>, <c>error.type</c>, and Azure's <c>error.inner_error.code</c>.</summary>
    private static List<string> ReadCodes(PipelineResponse? response)
    {
        try
        {
            using var body = JsonDocument.Parse(response?.Content ?? BinaryData.FromString("{}"));
            var codes = new List<string>();
            if (body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.Object)
            {
                AddText(error, "code", codes);
                AddText(error, "type", codes);
                foreach (var name in (string[])["inner_error", "innererror"])
                {
                    if (error.TryGetProperty(name, out var inner) && inner.ValueKind == JsonValueKind.Object)
                    {
                        AddText(inner, "code", codes);
                    }
                }
            }

            return codes;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    private static void AddText(JsonElement element, string name, List<string> texts)
    {
        if (element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
        {
            texts.Add(value.GetString()!);
        }
    }
}
