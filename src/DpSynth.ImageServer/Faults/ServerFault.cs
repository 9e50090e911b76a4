namespace DpSynth.ImageServer.Faults;

/// <summary>What can go wrong with an answer.</summary>
public enum ServerFault
{
    /// <summary>429, with the wait in seconds.</summary>
    TooManyRequests,

    /// <summary>429, with the wait as a date.</summary>
    TooManyRequestsUntilDate,

    /// <summary>500.</summary>
    ServerError,

    /// <summary>503 without a body of ours.</summary>
    Unavailable,

    /// <summary>The image is made, and half of the answer sent; the rest never comes.</summary>
    SlowBody,

    /// <summary>The image is made, and the JSON ends in the middle.</summary>
    TruncatedJson,

    /// <summary>The image is made, and the connection breaks in the middle of the answer.</summary>
    ConnectionReset,

    /// <summary>The image is made, and what comes is a web page.</summary>
    WrongContentType,

    /// <summary>The answer is sound, but what it holds is no image.</summary>
    NotAnImage,

    /// <summary>400: the content is refused.</summary>
    ContentPolicy,

    /// <summary>307, to another address.</summary>
    Redirect,
}
