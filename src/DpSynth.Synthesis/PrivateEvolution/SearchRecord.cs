using DpSynth.Synthesis.Datasets;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>Notes on the private side what searched the nearest candidates of a run, for its manifest. It says nothing of the data.</summary>
/// <param name="Provider">What executed a search.</param>
internal sealed record SearchRecord(string Provider)
{
    private static readonly string[] _all = ["cpu", "cuda", "tensorrt"];

    /// <summary>Writes the note, if there is none of the provider yet.</summary>
    public static Task WriteAsync(IRunRecords records, string runId, string provider, CancellationToken cancellationToken) =>
        records.TryCreateRecordAsync(runId, Name(provider), new SearchRecord(provider), cancellationToken);

    /// <summary>What searched for a run.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(IRunRecords records, string runId, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        foreach (var provider in _all)
        {
            if (await records.ReadRecordAsync<SearchRecord>(runId, Name(provider), cancellationToken) is not null)
            {
                found.Add(provider);
            }
        }

        return found;
    }

    private static string Name(string provider) => $"searched-by-{provider}";
}
