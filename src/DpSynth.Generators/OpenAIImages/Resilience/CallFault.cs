namespace DpSynth.Generators.OpenAIImages.Resilience;

/// <summary>How a call of the image API failed, and what follows from it.</summary>
internal enum CallFault
{
    /// <summary>The service refuses the prompt or the image for its content: another draw, no second try.</summary>
    Refused,

    /// <summary>The service will never serve this: no second try.</summary>
    Final,

    /// <summary>Too many requests: later, and fewer at once.</summary>
    Throttled,

    /// <summary>The service failed before it made an image: again.</summary>
    Failed,

    /// <summary>The service may have made an image that did not arrive whole, and may bill it: again.</summary>
    Lost,
}

/// <summary>
/// A call of the image API failed. The message holds nothing that the service said except its status and a code that is known, and there is
/// no inner exception: answers may quote prompts and keys.
/// </summary>
/// <param name="fault">What follows.</param>
/// <param name="message">One sentence.</param>
/// <param name="retryAfter">How long the service asks to wait.</param>
internal sealed class ImageCallException(CallFault fault, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>What follows.</summary>
    public CallFault Fault => fault;

    /// <summary>How long the service asks to wait.</summary>
    public TimeSpan? RetryAfter => retryAfter;
}
