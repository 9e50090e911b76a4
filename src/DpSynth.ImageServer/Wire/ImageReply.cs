using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.ImageServer.Wire.Dialects;
using Microsoft.AspNetCore.Http;

namespace DpSynth.ImageServer.Wire;

/// <summary>The API's answers; sound ones are the same in both dialects.</summary>
internal static class ImageReply
{
    private const int TokensPerThousandPixels = 4;

    /// <summary>The body of a sound answer.</summary>
    public static byte[] Body(ImageCall call, byte[] image)
    {
        var text = (call.Prompt.Length / 4) + 1;
        var input = call.Image is null ? 0 : Tokens(call);
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["created"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["background"] = "opaque",
            ["output_format"] = "png",
            ["quality"] = call.Quality,
            ["size"] = $"{call.Width}x{call.Height}",
            ["data"] = new JsonArray(new JsonObject { ["b64_json"] = Convert.ToBase64String(image) }),
            ["usage"] = new JsonObject
            {
                ["total_tokens"] = text + input + Tokens(call),
                ["input_tokens"] = text + input,
                ["output_tokens"] = Tokens(call),
                ["input_tokens_details"] = new JsonObject { ["text_tokens"] = text, ["image_tokens"] = input },
            },
        });
    }

    /// <summary>Answers with an error.</summary>
    public static Task SendErrorAsync(HttpResponse response, WireDialect dialect, WireError error)
    {
        response.StatusCode = error.Status;
        return response.WriteAsJsonAsync(new JsonObject { ["error"] = dialect.Write(error) }, CancellationToken.None);
    }

    /// <summary>Answers that requests are too many.</summary>
    public static Task SendTooManyAsync(HttpResponse response, WireDialect dialect, int seconds, bool asDate)
    {
        response.Headers.RetryAfter = asDate
            ? DateTimeOffset.UtcNow.AddSeconds(seconds).ToString("R", CultureInfo.InvariantCulture)
            : seconds.ToString(CultureInfo.InvariantCulture);
        return SendErrorAsync(
            response,
            dialect,
            new WireError(429, "Rate limit reached for images per minute. Please try again later.", "requests") { Code = "rate_limit_exceeded" });
    }

    private static int Tokens(ImageCall call) => Math.Max(1, call.Width * call.Height * TokensPerThousandPixels / 1000);
}
