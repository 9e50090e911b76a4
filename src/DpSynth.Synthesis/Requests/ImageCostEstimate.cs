namespace DpSynth.Synthesis.Requests;

/// <summary>What a run asks of a generator that is paid by the image, told from its request alone.</summary>
/// <param name="Generations">Images generated from a prompt.</param>
/// <param name="Edits">Images edited.</param>
/// <param name="Cost">Their price in US dollars, if no answer is lost and no job is done twice.</param>
public sealed record ImageCostEstimate(long Generations, long Edits, decimal Cost)
{
    /// <summary>Images in all.</summary>
    public long Images => Generations + Edits;

    /// <summary>The estimate of a request; null if its generator costs nothing.</summary>
    public static ImageCostEstimate? Of(RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var work = request.Options.Work;
        return request.Generator.CostOf(work, request.Image.ToShape()) is { } cost ? new ImageCostEstimate(work.Draws, work.Variations, cost) : null;
    }
}
