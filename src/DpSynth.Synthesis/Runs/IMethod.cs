using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// What sets one method apart from the others: what a run of it measures, and what it has to say of what it made. Admission, budget, noise,
/// publication and closing are the same for all. A method is registered, and read by the reader of requests.
/// </summary>
public interface IMethod
{
    /// <summary>The method's name in requests.</summary>
    string Name { get; }

    /// <summary>Why a request cannot be served with a dataset of so many classes, in one sentence; null if it can be.</summary>
    string? FindFault(RunRequest request, int classes);

    /// <summary>What a run measures beside noisy class counts. Follows from the request and the unit of privacy alone.</summary>
    MeasurementDesign Design(RunRequest request, PrivacyUnit unit);

    /// <summary>What workers make for a run, generation after generation; empty where they make nothing. Follows from the request alone.</summary>
    IReadOnlyList<GenerationStep> Steps(RunRequest request);

    /// <summary>Gathers what a run whose measurements are all made has to publish.</summary>
    Task<MethodReport> ReportAsync(ReservedRun run, CancellationToken cancellationToken);
}

/// <summary>The measurements of a run before their noise is known.</summary>
/// <param name="Grid">The grid that all of them, and the class counts, are counted on.</param>
/// <param name="Contribution">How one unit's contribution lies among the coordinates of a measurement; its L2 norm is at most one full vote.</param>
/// <param name="Measurements">The measurements in their order, each with its share of the budget.</param>
public sealed record MeasurementDesign(VoteGrid Grid, ContributionShape Contribution, IReadOnlyList<WeightedMeasurement> Measurements);

/// <summary>One measurement of a design.</summary>
/// <param name="Key">Its name in the run and on the ledger.</param>
/// <param name="Weight">Its share of the budget relative to the others: 1/σ² is in proportion to it. Above 0.</param>
public sealed record WeightedMeasurement(string Key, double Weight);

/// <summary>What a method has to publish of a run.</summary>
public sealed record MethodReport
{
    /// <summary>The shards that are published, class after class.</summary>
    public required IReadOnlyList<GenerationJob> Published { get; init; }

    /// <summary>All shards whose generator's notes belong to the release: those that led to what is published as well.</summary>
    public required IReadOnlyList<GenerationJob> Made { get; init; }

    /// <summary>What searched private images' neighbours: <c>cpu</c>, <c>cuda</c>, <c>tensorrt</c>; empty where nothing was searched.</summary>
    public IReadOnlyList<string> SearchProviders { get; init; } = [];

    /// <summary>What happened at each iteration; null for methods without iterations.</summary>
    public IReadOnlyList<ManifestIteration>? Iterations { get; init; }

    /// <summary>Files that the method adds to the release.</summary>
    public IReadOnlyList<MethodFile> Files { get; init; } = [];
}

/// <summary>A file that a method adds to a release.</summary>
/// <param name="Name">Its name in the release.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Content">Its bytes; nothing in them is private.</param>
public sealed record MethodFile(string Name, string ContentType, ReadOnlyMemory<byte> Content);

/// <summary>The methods that are registered.</summary>
public sealed class Methods(IEnumerable<IMethod> methods)
{
    private readonly Dictionary<string, IMethod> _methods = methods.ToDictionary(method => method.Name, StringComparer.Ordinal);

    /// <summary>The method of a request.</summary>
    /// <exception cref="InvalidOperationException">It is not registered.</exception>
    public IMethod Of(RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _methods.TryGetValue(request.Method, out var method)
            ? method
            : throw new InvalidOperationException($"The method '{request.Method}' of run '{request.RunId}' is not registered.");
    }
}
