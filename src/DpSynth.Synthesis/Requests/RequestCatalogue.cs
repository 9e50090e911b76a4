namespace DpSynth.Synthesis.Requests;

/// <summary>What requests can name here: the methods, generators and embedders there are.</summary>
/// <param name="methods">The methods; the first is meant by requests that name none.</param>
/// <param name="generators">The generators.</param>
/// <param name="embedders">The embedders; the first is meant by requests that name none.</param>
/// <exception cref="ArgumentException">There are none of a kind, two have a name in common, or two methods a field.</exception>
public sealed class RequestCatalogue(
    IReadOnlyList<MethodDescriptor> methods, IReadOnlyList<GeneratorDescriptor> generators, IReadOnlyList<EmbedderDescriptor> embedders)
{
    /// <summary>The methods; the first is meant by requests that name none.</summary>
    public IReadOnlyList<MethodDescriptor> Methods { get; } = Checked(methods);

    /// <summary>The generators.</summary>
    public IReadOnlyList<GeneratorDescriptor> Generators { get; } = Checked(generators);

    /// <summary>The embedders; the first is meant by requests that name none.</summary>
    public IReadOnlyList<EmbedderDescriptor> Embedders { get; } = Checked(embedders);

    private static IReadOnlyList<T> Checked<T>(IReadOnlyList<T> descriptors)
        where T : Descriptor
    {
        ArgumentNullException.ThrowIfNull(descriptors);
        if (descriptors.Count == 0)
        {
            throw new ArgumentException($"There is no {typeof(T).Name}.", nameof(descriptors));
        }

        string[] names =
            [.. descriptors.Select(descriptor => descriptor.Name), .. descriptors.OfType<MethodDescriptor>().Select(method => $"field {method.Field}")];
        return names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? descriptors
            : throw new ArgumentException($"Two {typeof(T).Name}s have a name, or a field, in common.", nameof(descriptors));
    }
}
