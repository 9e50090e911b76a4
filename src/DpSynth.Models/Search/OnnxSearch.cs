using DpSynth.Models.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace DpSynth.Models.Search;

/// <summary>
/// Exact search on ONNX Runtime: a matrix product and a selection of the largest values. It is the search for GPUs; on a processor its whole score
/// matrix goes through memory.
/// </summary>
/// <remarks>
/// On the processor equal values go to the lowest index: ONNX Runtime's TopK does so when its output is sorted. Other providers, and whether
/// their matrix product gives equal candidates equal values, have not been checked.
/// </remarks>
public sealed class OnnxSearch : IDisposable
{
    private readonly InferenceSession _session;
    private readonly int _depth;
    private readonly int _neighbours;

    /// <summary>Builds the graph and opens a session for it.</summary>
    /// <param name="depth">d.</param>
    /// <param name="neighbours">k, at least 1.</param>
    /// <param name="options">What executes it.</param>
    /// <exception cref="InferenceException">The provider is not available.</exception>
    public OnnxSearch(int depth, int neighbours, InferenceOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        ArgumentNullException.ThrowIfNull(options);
        (_depth, _neighbours) = (depth, neighbours);
        var graph = SearchGraph.Build(depth, neighbours);
        (_session, Provider, Fallback) = ProviderChoice.Open(configured => new InferenceSession(graph, configured), options, options.Threads);
    }

    /// <summary>What executes it.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>Why the processor executes it although another provider was asked for; null if it does not.</summary>
    public string? Fallback { get; }

    /// <summary>Finds the k candidates with the largest a·b + bias for each query, largest first.</summary>
    /// <param name="queries"><c>[n, d]</c>.</param>
    /// <param name="candidates"><c>[m, d]</c>, m ≥ k.</param>
    /// <param name="bias"><c>[m]</c>.</param>
    /// <param name="scoreBytes">Bound on the score matrix; queries go in blocks that keep it, one at a time at least.</param>
    /// <returns><c>[n, k]</c>.</returns>
    public int[] Find(Memory<float> queries, Memory<float> candidates, Memory<float> bias, long scoreBytes)
    {
        var (rows, columns) = (queries.Length / _depth, candidates.Length / _depth);
        if (queries.Length % _depth != 0 || candidates.Length % _depth != 0 || bias.Length != columns || columns < _neighbours)
        {
            throw new ArgumentException(
                $"{queries.Length} and {candidates.Length} values with {bias.Length} biases are no search of dimension {_depth} for {_neighbours} neighbours.",
                nameof(queries));
        }

        var result = new int[checked(rows * _neighbours)];
        var block = (int)Math.Clamp(scoreBytes / (sizeof(float) * (long)columns), 1, Math.Max(1, rows));
        using var binding = _session.CreateIoBinding();
        using var runOptions = new RunOptions();
        using var candidateValues = Tensor(candidates, columns, _depth);
        using var biasValues = Tensor(bias, columns);

        // Bound once: to a device they are copied once.
        binding.BindInput(SearchGraph.Candidates, candidateValues);
        binding.BindInput(SearchGraph.Bias, biasValues);
        for (var start = 0; start < rows; start += block)
        {
            var count = Math.Min(block, rows - start);
            var found = new long[count * _neighbours];
            using var queryValues = Tensor(queries.Slice(start * _depth, count * _depth), count, _depth);
            using var foundValues = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, found.AsMemory(), [count, _neighbours]);
            binding.BindInput(SearchGraph.Queries, queryValues);
            binding.BindOutput(SearchGraph.Indices, foundValues);
            try
            {
                _session.RunWithBinding(runOptions, binding);
            }
            catch (OnnxRuntimeException fault)
            {
                throw new InferenceException($"The search could not be executed: {ProviderChoice.FirstLine(fault.Message)}", innerException: fault);
            }

            for (var i = 0; i < found.Length; i++)
            {
                result[(start * _neighbours) + i] = (int)found[i];
            }
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static OrtValue Tensor(Memory<float> values, params long[] shape) =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, shape);
}
