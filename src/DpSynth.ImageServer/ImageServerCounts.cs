namespace DpSynth.ImageServer;

/// <summary>What a server did so far.</summary>
/// <param name="Requests">Requests that came.</param>
/// <param name="Billed">Images it made, and a provider would bill: also those whose answer was then broken.</param>
/// <param name="Answered">Images that were answered whole.</param>
/// <param name="Refused">Requests refused for their content.</param>
/// <param name="Throttled">Requests answered by 429.</param>
/// <param name="Faults">Answers that went wrong by plan.</param>
/// <param name="MaxAtOnce">Most requests under way at once.</param>
public sealed record ImageServerCounts(long Requests, long Billed, long Answered, long Refused, long Throttled, long Faults, int MaxAtOnce);
