using DpSynth.Synthesis.Requests;

namespace DpSynth.Functions.Http;

/// <summary>A request's body is refused before anybody looks what it asks for.</summary>
/// <param name="status">The HTTP status that says so.</param>
/// <param name="title">The kind of problem in a few words.</param>
/// <param name="message">One sentence: what was wrong, what to do.</param>
internal sealed class BodyException(int status, string title, string message) : RequestException(message)
{
    /// <summary>The HTTP status that says so.</summary>
    public int Status => status;

    /// <summary>The kind of problem in a few words.</summary>
    public string Title => title;
}
