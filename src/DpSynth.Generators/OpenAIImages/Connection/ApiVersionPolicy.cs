using System.ClientModel.Primitives;

namespace DpSynth.Generators.OpenAIImages.Connection;

/// <summary>Gives requests another value of the query parameter <c>api-version</c> than their client does.</summary>
/// <param name="version">The value.</param>
internal sealed class ApiVersionPolicy(string version) : PipelinePolicy
{
    private const string Parameter = "api-version=";

    /// <inheritdoc/>
    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Set(message.Request);
        ProcessNext(message, pipeline, currentIndex);
    }

    /// <inheritdoc/>
    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Set(message.Request);
        return ProcessNextAsync(message, pipeline, currentIndex);
    }

    private void Set(PipelineRequest request)
    {
        var address = new UriBuilder(request.Uri!);
        var others = address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Where(
            static pair => !pair.StartsWith(Parameter, StringComparison.OrdinalIgnoreCase));
        address.Query = string.Join('&', others.Append(Parameter + Uri.EscapeDataString(version)));
        request.Uri = address.Uri;
    }
}
