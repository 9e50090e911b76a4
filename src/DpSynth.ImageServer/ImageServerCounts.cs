namespace DpSynth.ImageServer;

/// <summary>What a server did so far.</summary>
/// <param name="Requests">Requests that came.</param>
/// <param name="Billed">Images it made, and a provider would bill: also those whose answer was then broken.</param>
/// <param name="Answered">Images that were answered whole.</param>
/// <param name="Refused">Requests refused for their content.</param>
/// <param name="Throttled">Requests answered by 429.</param>
/// <param name="Faults">Answers that went wrong by plan.</param>
/// <param name="MostAtOnce">Most requests under way at once.</param>
public sealed record ImageServerCounts(long Requests, long Billed, long Answered, long Refused, long Throttled, long Faults, int MostAtOnce);

/// <summary>One request as it came.</summary>
/// <param name="Path">The path, such as <c>/v1/images/edits</c>.</param>
/// <param name="Body">The whole body.</param>
/// <param name="Prompt">The prompt in it.</param>
/// <param name="Image">The image in it; null for a generation.</param>
public sealed record RecordedRequest(string Path, ReadOnlyMemory<byte> Body, string Prompt, ReadOnlyMemory<byte>? Image);
