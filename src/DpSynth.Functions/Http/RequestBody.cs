using System.Text;
using DpSynth.Synthesis.Requests;
using Microsoft.AspNetCore.Http;

namespace DpSynth.Functions.Http;

/// <summary>Reads a request's body within a limit.</summary>
internal static class RequestBody
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The body as text.</summary>
    /// <exception cref="RequestException">The body is longer than the limit, not UTF-8, or breaks off.</exception>
    public static async Task<string> ReadAsync(HttpRequest request, int maximumBytes, CancellationToken cancellationToken) =>
        await TryReadAsync(request, maximumBytes, cancellationToken) ?? throw new RequestException($"The request is longer than {maximumBytes} bytes.");

    /// <summary>The body as text; null where it is longer than the limit.</summary>
    /// <exception cref="RequestException">The body is not UTF-8, or breaks off.</exception>
    public static async Task<string?> TryReadAsync(HttpRequest request, int maximumBytes, CancellationToken cancellationToken)
    {
        // Nothing is read of what says that it is too long: the server has a limit of its own, at which reading fails.
        if (request.ContentLength > maximumBytes)
        {
            return null;
        }

        try
        {
            var buffer = new byte[maximumBytes + 1];
            var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return length > maximumBytes ? null : _strict.GetString(buffer, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw new RequestException("The request is not UTF-8 text.");
        }
        catch (BadHttpRequestException)
        {
            throw new RequestException("The request's body breaks off.");
        }
    }
}
