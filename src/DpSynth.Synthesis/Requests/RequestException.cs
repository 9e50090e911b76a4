namespace DpSynth.Synthesis.Requests;

/// <summary>A request cannot be served as it stands. The message is one sentence for the person who sent it: what, where, what to do.</summary>
public class RequestException : Exception
{
    /// <summary>Makes the exception for a request that is wrong in itself.</summary>
    /// <param name="message">One sentence.</param>
    /// <param name="runId">The run id, if a valid one could be read.</param>
    public RequestException(string message, string? runId = null)
        : this(Refusal.Request(message), runId)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="refusal">Why the request is not served.</param>
    /// <param name="runId">The run id, if a valid one could be read.</param>
    public RequestException(Refusal refusal, string? runId)
        : base(refusal?.Sentence) => (Refusal, RunId) = (refusal!, runId);

    /// <summary>Why the request is not served.</summary>
    public Refusal Refusal { get; }

    /// <summary>The request's run id, if a valid one could be read.</summary>
    public string? RunId { get; }
}
