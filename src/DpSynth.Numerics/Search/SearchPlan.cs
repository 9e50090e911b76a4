using DpSynth.Numerics.LinearAlgebra;

namespace DpSynth.Numerics.Search;

/// <summary>How a nearest-neighbour search is cut into blocks, so that its working memory stays below a bound.</summary>
/// <remarks>
/// As a rule candidates are packed once for all threads, in whole rows, and queries pass them in blocks of <see cref="QueryBlock"/>. Where rows
/// are too long for that, each thread packs the rows of one tile for itself, <see cref="DepthAtOnce"/> values of each at a time.
/// </remarks>
internal sealed record SearchPlan
{
    /// <summary>Queries that a thread compares at a time.</summary>
    public const int QueryBlock = 192;

    /// <summary>Candidates that a thread compares them with at a time: 192 × 512 float32 stay in the second level cache.</summary>
    public const int TileColumns = 512;

    private const int SliceDepth = 1024;
    private const int SlicedCandidates = 1 << 14;

    /// <summary>Length of a row.</summary>
    public required int Depth { get; init; }

    /// <summary>k.</summary>
    public required int Neighbours { get; init; }

    /// <summary>Threads that search at a time.</summary>
    public required int Threads { get; init; }

    /// <summary>Queries whose scores are kept at a time.</summary>
    public required int QueriesAtOnce { get; init; }

    /// <summary>Candidates that all queries at hand are compared with before the next ones are prepared.</summary>
    public required int CandidatesAtOnce { get; init; }

    /// <summary>Values of a row that are packed at a time: all of them, or a slice.</summary>
    public required int DepthAtOnce { get; init; }

    /// <summary>Whether candidates are packed once for all threads.</summary>
    public bool SharesCandidates => DepthAtOnce == Depth;

    /// <summary>Bytes that a search by this plan allocates beside operands and result.</summary>
    public long WorkingBytes =>
        (Threads * ThreadBytes(DepthAtOnce, SharesCandidates)) + ScoreBytes(QueriesAtOnce, Neighbours) +
        (CandidatesAtOnce * CandidateBytes(SharesCandidates ? Depth : 0));

    /// <summary>Plans a search.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No search of these sizes can do with so little memory.</exception>
    public static SearchPlan For(int queries, int candidates, int depth, int neighbours, long memoryBytes, int processors)
    {
        var queriesAtOnce = (int)Math.Clamp(memoryBytes / 4 / ScoreBytes(1, neighbours), 1, Math.Max(1, queries));
        var threads = Math.Clamp((queriesAtOnce + QueryBlock - 1) / QueryBlock, 1, processors);
        var padded = RoundUp(candidates, TileProduct.RightWidth);
        var plan = new SearchPlan
        {
            Depth = depth,
            Neighbours = neighbours,
            Threads = threads,
            QueriesAtOnce = queriesAtOnce,
            CandidatesAtOnce = (int)Math.Min(padded, RoundUp(TileColumns, TileProduct.RightWidth)),
            DepthAtOnce = depth,
        };
        if (plan.WorkingBytes <= memoryBytes)
        {
            var room = (memoryBytes - plan.WorkingBytes) / CandidateBytes(depth) / TileProduct.RightWidth * TileProduct.RightWidth;
            return plan with { CandidatesAtOnce = (int)Math.Min(padded, plan.CandidatesAtOnce + room) };
        }

        // Too many threads, or rows too long: slices of the rows, and as many threads as there is room for.
        plan = plan with { DepthAtOnce = Math.Min(SliceDepth, depth), Threads = 1 };
        plan = plan.SharesCandidates ? plan : plan with { CandidatesAtOnce = (int)Math.Min(padded, SlicedCandidates) };
        if (plan.WorkingBytes > memoryBytes)
        {
            throw new ArgumentOutOfRangeException(
                nameof(memoryBytes), $"A search for {neighbours} neighbours needs at least {plan.WorkingBytes} bytes of working memory, not {memoryBytes}.");
        }

        var more = (memoryBytes - plan.WorkingBytes) / ThreadBytes(plan.DepthAtOnce, plan.SharesCandidates);
        return plan with { Threads = (int)Math.Min(threads, 1 + more) };
    }

    private static long ScoreBytes(long queries, int neighbours) => queries * neighbours * sizeof(float);

    /// <summary>A packed row, its scale and its bias.</summary>
    private static long CandidateBytes(int packedDepth) => ((long)packedDepth * sizeof(float)) + sizeof(double) + sizeof(float);

    private static long ThreadBytes(int depth, bool shared)
    {
        var rows = RoundUp(QueryBlock, TileProduct.LeftWidth);
        var columns = RoundUp(TileColumns, TileProduct.RightWidth);
        return (sizeof(float) * ((rows * columns) + (depth * (rows + (shared ? 0 : columns))))) + (sizeof(double) * rows);
    }

    private static long RoundUp(int count, int multiple) => (count + multiple - 1L) / multiple * multiple;
}
