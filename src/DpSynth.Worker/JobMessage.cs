using DpSynth.Storage.Formats;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Worker;

/// <summary>What a message on <c>generation-jobs</c> says.</summary>
/// <param name="Job">The job as far as it could be read; null if not even its run could.</param>
/// <param name="Fault">Why it cannot be done; null for a sound job.</param>
internal sealed record JobMessage(GenerationJob? Job, string? Fault)
{
    /// <summary>A job as it lies in the queue.</summary>
    public static BinaryData Format(GenerationJob job) => BinaryData.FromString(Convert.ToBase64String(StorageJson.Encode(job)));

    /// <summary>Reads a message as it lies in the queue: base64 of JSON.</summary>
    public static JobMessage Parse(ReadOnlySpan<char> text)
    {
        var json = new byte[text.Length];
        if (!Convert.TryFromBase64Chars(text, json, out var length))
        {
            return new JobMessage(null, "is not base64");
        }

        GenerationJob job;
        try
        {
            job = StorageJson.Decode<GenerationJob>(json.AsSpan(0, length), "The message");
        }
        catch (InvalidDataException)
        {
            return new JobMessage(null, "is not the JSON of a generation job");
        }

        if (!Identifier.IsValid(job.RunId))
        {
            return new JobMessage(null, "names no run");
        }

        var isSound = (WorkerCheck.Is(job) && job.Returns >= 0)
            || job is { Generation: >= 0, Shard: >= 0, ClassIndex: >= 0, Start: >= 0, Count: >= 1, Returns: >= 0 };
        return new JobMessage(job, isSound ? null : "has a number out of range");
    }
}
