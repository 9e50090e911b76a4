using DpSynth.Storage.Formats;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Worker;

/// <summary>What a message on <c>generation-jobs</c> says.</summary>
/// <param name="Job">The job as far as it could be read; null if not even its run could.</param>
/// <param name="Fault">Why it cannot be done; null for a sound job.</param>
internal sealed record JobMessage(WorkerJob? Job, string? Fault)
{
    /// <summary>A job as it lies in the queue.</summary>
    public static BinaryData Format(WorkerJob job) => BinaryData.FromString(Convert.ToBase64String(StorageJson.Encode(job)));

    /// <summary>Reads a message as it lies in the queue: base64 of JSON.</summary>
    public static JobMessage Parse(ReadOnlySpan<char> text)
    {
        var json = new byte[text.Length];
        if (!Convert.TryFromBase64Chars(text, json, out var length))
        {
            return new JobMessage(null, "is not base64");
        }

        WorkerJob job;
        try
        {
            job = StorageJson.Decode<WorkerJob>(json.AsSpan(0, length), "The message");
        }
        catch (InvalidDataException)
        {
            return new JobMessage(null, "is not the JSON of a job");
        }

        if (!Identifier.IsValid(job.RunId))
        {
            return new JobMessage(null, "names no run");
        }

        return new JobMessage(job, job.IsSound ? null : "has a number out of range");
    }
}
