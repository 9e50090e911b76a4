using System.Collections.Concurrent;
using DpSynth.Numerics.LinearAlgebra;

namespace DpSynth.Numerics.Search;

/// <summary>Compares queries with a block of candidates at a time; holds all the working memory that the plan counts, but the scores.</summary>
internal sealed unsafe class CandidateScan : IDisposable
{
    private readonly EmbeddingMatrix queries;
    private readonly EmbeddingMatrix candidates;
    private readonly RowScaling scaling;
    private readonly SearchPlan plan;
    private readonly ParallelOptions parallel;
    private readonly double[] scale;
    private readonly float[] bias;
    private readonly PackedRows? shared;
    private readonly ConcurrentBag<Workspace> workspaces = [];
    private int first;
    private int count;

    public CandidateScan(
        EmbeddingMatrix queries, EmbeddingMatrix candidates, RowScaling scaling, SearchPlan plan, CancellationToken cancellationToken)
    {
        (this.queries, this.candidates, this.scaling, this.plan) = (queries, candidates, scaling, plan);
        parallel = new ParallelOptions { MaxDegreeOfParallelism = plan.Threads, CancellationToken = cancellationToken };
        scale = new double[plan.CandidatesAtOnce];
        bias = new float[plan.CandidatesAtOnce];
        shared = plan.SharesCandidates ? new PackedRows(plan.CandidatesAtOnce, plan.Depth, TileProduct.RightWidth) : null;
        for (var i = 0; i < plan.Threads; i++)
        {
            workspaces.Add(new Workspace(plan.DepthAtOnce, ownCandidates: shared is null));
        }
    }

    /// <summary>Takes up candidates <paramref name="firstCandidate"/> and following.</summary>
    public void Prepare(int firstCandidate, int candidateCount)
    {
        (first, count) = (firstCandidate, candidateCount);
        shared?.Reserve(count, plan.Depth);
        var width = TileProduct.RightWidth;
        Parallel.For(0, (count + width - 1) / width, parallel, panel =>
        {
            for (var i = panel * width; i < (panel + 1) * width; i++)
            {
                // Rows that only fill up a panel lose against any candidate.
                (scale[i], bias[i]) = i < count ? scaling.OfCandidate(candidates[first + i]) : (0, float.PositiveInfinity);
            }

            shared?.PackPanel(panel, candidates.Values[(first * plan.Depth)..], plan.Depth, scale);
        });
    }

    /// <summary>Offers the scores of all candidates at hand for some queries, the first of which is row 0 of <paramref name="top"/>.</summary>
    public void Offer(int firstQuery, int queryCount, TopScores top) =>
        Parallel.For(0, (queryCount + SearchPlan.QueryBlock - 1) / SearchPlan.QueryBlock, parallel, block =>
        {
            var start = block * SearchPlan.QueryBlock;
            var rows = Math.Min(SearchPlan.QueryBlock, queryCount - start);
            if (!workspaces.TryTake(out var workspace))
            {
                throw new InvalidOperationException("More threads search than the plan says.");
            }

            try
            {
                OfferBlock(workspace, firstQuery + start, rows, start, top);
            }
            finally
            {
                workspaces.Add(workspace);
            }
        });

    /// <inheritdoc/>
    public void Dispose()
    {
        shared?.Dispose();
        foreach (var workspace in workspaces)
        {
            workspace.Dispose();
        }
    }

    private void OfferBlock(Workspace workspace, int firstQuery, int rows, int firstRow, TopScores top)
    {
        for (var i = 0; i < rows; i++)
        {
            workspace.Scale[i] = scaling.OfQuery(queries[firstQuery + i]);
        }

        if (shared is not null)
        {
            Pack(workspace.Queries, queries, firstQuery, rows, 0, plan.Depth, workspace.Scale);
        }

        var width = TileProduct.RightWidth;
        var panelsAtOnce = SearchPlan.TileColumns / width;
        var allPanels = (count + width - 1) / width;
        for (var panel = 0; panel < allPanels; panel += panelsAtOnce)
        {
            var panels = Math.Min(panelsAtOnce, allPanels - panel);
            if (shared is not null)
            {
                TileProduct.Compute(workspace.Queries, shared, panel, panels, workspace.Tile);
            }
            else
            {
                ComputeSliced(workspace, firstQuery, rows, panel * width, panels);
            }

            var columns = panels * width;
            for (var row = 0; row < rows; row++)
            {
                top.Offer(
                    firstRow + row,
                    first + (panel * width),
                    new ReadOnlySpan<float>(workspace.Tile.Pointer + ((long)row * columns), columns),
                    bias.AsSpan(panel * width, columns));
            }
        }
    }

    private void ComputeSliced(Workspace workspace, int firstQuery, int rows, int column, int panels)
    {
        var right = workspace.Candidates!;
        var columns = Math.Min(panels * TileProduct.RightWidth, count - column);
        for (var start = 0; start < plan.Depth; start += plan.DepthAtOnce)
        {
            var depth = Math.Min(plan.DepthAtOnce, plan.Depth - start);
            Pack(workspace.Queries, queries, firstQuery, rows, start, depth, workspace.Scale);
            Pack(right, candidates, first + column, columns, start, depth, scale.AsSpan(column));
            TileProduct.Compute(workspace.Queries, right, 0, panels, workspace.Tile, accumulate: start > 0);
        }
    }

    private static void Pack(PackedRows target, EmbeddingMatrix source, int firstRow, int rows, int start, int depth, ReadOnlySpan<double> scale)
    {
        target.Reserve(rows, depth);
        for (var panel = 0; panel < target.Panels; panel++)
        {
            target.PackPanel(panel, source.Values[((firstRow * source.Columns) + start)..], source.Columns, scale);
        }
    }

    /// <summary>What one thread works with.</summary>
    private sealed class Workspace(int depth, bool ownCandidates) : IDisposable
    {
        public double[] Scale { get; } = new double[SearchPlan.QueryBlock];

        public PackedRows Queries { get; } = new(SearchPlan.QueryBlock, depth, TileProduct.LeftWidth);

        public PackedRows? Candidates { get; } = ownCandidates ? new(SearchPlan.TileColumns, depth, TileProduct.RightWidth) : null;

        public AlignedBuffer Tile { get; } = new(TileProduct.TileLength(SearchPlan.QueryBlock, SearchPlan.TileColumns));

        public void Dispose()
        {
            Queries.Dispose();
            Candidates?.Dispose();
            Tile.Dispose();
        }
    }
}
