namespace DpSynth.ImageServer.Wire;

/// <summary>An error, before a dialect gives it its form.</summary>
/// <param name="Status">The status of the answer.</param>
/// <param name="Message">For people.</param>
/// <param name="Type">OpenAI's kind of error.</param>
internal sealed record WireError(int Status, string Message, string Type)
{
    /// <summary>OpenAI's code; null for none.</summary>
    public string? Code { get; init; }

    /// <summary>The field at fault; null for the whole.</summary>
    public string? Parameter { get; init; }

    /// <summary>Azure's code, where it is neither OpenAI's nor the status.</summary>
    public string? AzureCode { get; init; }

    /// <summary>Azure's code behind the code; null for none.</summary>
    public string? AzureInnerCode { get; init; }
}
