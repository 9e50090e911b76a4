namespace DpSynth.ImageServer.Wire;

/// <summary>A request that the API does not take: 400.</summary>
/// <param name="message">For the error body.</param>
/// <param name="parameter">The field at fault; null for the whole.</param>
/// <param name="code">The error's code; null for none.</param>
internal sealed class WireException(string message, string? parameter, string? code) : Exception(message)
{
    /// <summary>The error.</summary>
    public WireError Error => new(400, Message, "invalid_request_error") { Parameter = parameter, Code = code };
}
