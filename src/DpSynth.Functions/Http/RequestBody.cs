using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DpSynth.Functions.Http;

/// <summary>Reads a request's body within a limit.</summary>
internal static class RequestBody
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The body as text.</summary>
    /// <exception cref="BodyException">
    /// 415: it does not say that it is JSON; 413: it is too long; 408: it does not come in time; 400: it breaks off, is not sent as HTTP says, or is not UTF-8.
    /// </exception>
    public static async Task<string> ReadAsync(HttpRequest request, int maximumBytes, CancellationToken cancellationToken)
    {
        // A page of another site can have a browser send a form or a text here, but not JSON, unless it is let.
        if (!IsJson(request.ContentType))
        {
            throw new BodyException(
                StatusCodes.Status415UnsupportedMediaType, "The body is not JSON", "Send the body as JSON and say so: 'Content-Type: application/json'.");
        }

        // Nothing is read of what says that it is too long: the server has a limit of its own, at which reading fails.
        if (request.ContentLength > maximumBytes)
        {
            throw TooLong(maximumBytes);
        }

        try
        {
            var buffer = new byte[maximumBytes + 1];
            var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return length > maximumBytes ? throw TooLong(maximumBytes) : _strict.GetString(buffer, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw new BodyException(StatusCodes.Status400BadRequest, "The body cannot be read", "The request is not UTF-8 text.");
        }
        catch (BadHttpRequestException broken)
        {
            throw broken.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => TooLong(maximumBytes),
                StatusCodes.Status408RequestTimeout => new BodyException(
                    StatusCodes.Status408RequestTimeout,
                    "The body did not come",
                    "The request's body comes too slowly; send it again over a better connection."),
                _ => new BodyException(
                    StatusCodes.Status400BadRequest, "The body cannot be read", "The request's body breaks off, or its chunks are malformed."),
            };
        }
    }

    /// <summary>Whether a content type is one of JSON.</summary>
    public static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    private static BodyException TooLong(int maximumBytes) =>
        new(StatusCodes.Status413PayloadTooLarge, "The body is too long", $"The request is longer than {maximumBytes} bytes.");
}
