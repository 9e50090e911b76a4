namespace DpSynth.Synthesis.Requests;

/// <summary>Something that a request can name. To add one is to write it down and to put it into the catalogue.</summary>
public abstract record Descriptor
{
    /// <summary>Its name in requests.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in one sentence, for <c>--help</c> and the schema.</summary>
    public required string Summary { get; init; }

    /// <summary>The type of its options.</summary>
    public required Type Options { get; init; }

    /// <summary>The fields of its options.</summary>
    public required IReadOnlyList<Field> Fields { get; init; }
}

/// <summary>A method.</summary>
public sealed record MethodDescriptor : Descriptor
{
    /// <summary>The field of the request that holds its options.</summary>
    public required string Field { get; init; }

    /// <summary>Reads its options; the field may be missing.</summary>
    public required Func<JsonFields?, MethodOptions> Read { get; init; }
}

/// <summary>A generator.</summary>
public sealed record GeneratorDescriptor : Descriptor
{
    /// <summary>Reads its options, which may be missing.</summary>
    public required Func<JsonFields?, GeneratorOptions> Read { get; init; }

    /// <summary>Whether it asks a service that is paid by the image: its runs have an estimate, a cap and an account of what was spent.</summary>
    public bool CostsMoney { get; init; }
}

/// <summary>An embedder.</summary>
public sealed record EmbedderDescriptor : Descriptor
{
    /// <summary>Reads its options, which may be missing.</summary>
    public required Func<JsonFields?, EmbedderOptions> Read { get; init; }
}
