using System.Text;
using DpSynth.Synthesis.Requests;
using Microsoft.AspNetCore.Http;

namespace DpSynth.Functions.Http;

/// <summary>Reads a request's body within a limit.</summary>
internal static class RequestBody
{
    /// <summary>The body as text.</summary>
    /// <exception cref="RequestException">The body is longer than the limit, or not UTF-8.</exception>
    public static async Task<string> ReadAsync(HttpRequest request, int maximumBytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[maximumBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > maximumBytes)
        {
            throw new RequestException($"The request is longer than {maximumBytes} bytes.");
        }

        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(buffer, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw new RequestException("The request is not UTF-8 text.");
        }
    }
}
