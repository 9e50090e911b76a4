using Azure.Core.Pipeline;

namespace DpSynth.Storage.Accounts;

/// <summary>What every call of the stores' blob clients goes through, once a call: where one is registered with the stores. In Azure none is.</summary>
/// <param name="policies">The policies, in their order.</param>
public sealed class BlobCallPolicies(params HttpPipelinePolicy[] policies)
{
    /// <summary>The policies, in their order.</summary>
    public IReadOnlyList<HttpPipelinePolicy> PerCall => policies;
}
