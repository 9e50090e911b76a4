namespace DpSynth.ImageServer;

/// <summary>One request as it came.</summary>
public sealed record RecordedRequest
{
    /// <summary>The path, such as <c>/v1/images/edits</c> or <c>/openai/deployments/NAME/images/edits</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The query with its question mark; empty for none.</summary>
    public string Query { get; init; } = "";

    /// <summary>The headers; names are looked up whatever their case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The whole body.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body's fields, files apart: of JSON or of a form.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>The prompt in it.</summary>
    public required string Prompt { get; init; }

    /// <summary>The image in it; null for a generation.</summary>
    public ReadOnlyMemory<byte>? Image { get; init; }

    /// <summary>How the form names the image, such as <c>image</c> or <c>image[]</c>; null for a generation.</summary>
    public string? ImageField { get; init; }

    /// <summary>The image's file name in the form; null for a generation.</summary>
    public string? ImageFileName { get; init; }
}
