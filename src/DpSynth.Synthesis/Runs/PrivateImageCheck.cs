using System.Collections;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>Looks over what all private shards hold before anything is spent: unreadable files, owners that are not told, empty classes.</summary>
public sealed class PrivateImageCheck(IDatasetStore datasets, IRunRecords records)
{
    /// <summary>How many files a refusal names; the rest is counted.</summary>
    private const int NamedFiles = 10;

    /// <summary>Returns one sentence if the run may not go on, else null.</summary>
    public async Task<string?> FindFaultAsync(string runId, CancellationToken cancellationToken)
    {
        var plan = await records.ReadPlanAsync(runId, cancellationToken);
        var images = new long[plan.Classes.Count];
        var (unreadable, withoutOwner, ownerRows) = (new List<string>(), new List<string>(), new List<int>());
        foreach (var shard in plan.PrivateShards)
        {
            var embedded = await records.ReadEmbeddedAsync(runId, shard.Number, cancellationToken);
            images[shard.ClassIndex] += embedded.Images;
            unreadable.AddRange(embedded.Unreadable);
            withoutOwner.AddRange(embedded.WithoutOwner);
            ownerRows.AddRange(embedded.OwnerRows);
        }

        var dataset = plan.Request.Dataset;
        if (unreadable.Count > 0 && plan.Request.Image.Corrupt == CorruptImages.Reject)
        {
            return $"The dataset '{dataset}' has {unreadable.Count} files that cannot be used as images ({Name(unreadable)}); mend or remove them, "
                + "or ask with 'image.corrupt': 'skip'.";
        }

        if (withoutOwner.Count > 0)
        {
            return $"The dataset '{dataset}' has {withoutOwner.Count} images whose owner is not told by {plan.Request.Privacy.Owners!.Description} "
                + $"({Name(withoutOwner)}); give each image an owner, or correct 'privacy.owners'.";
        }

        return await FindUnknownOwnerRowsAsync(plan, ownerRows, cancellationToken) ?? DescribeEmptyClass(plan, images);
    }

    /// <summary>An owner table must not name what is no image: a path misspelt would leave an image to the wrong owner, or to none.</summary>
    private async Task<string?> FindUnknownOwnerRowsAsync(RunPlan plan, List<int> ownerRows, CancellationToken cancellationToken)
    {
        if (plan.Request.Privacy.Owners is not CsvOwners csv)
        {
            return null;
        }

        var table = await OwnerLookups.ReadTableAsync(datasets, plan, csv, cancellationToken);
        if (ownerRows.Exists(row => row >= table.Images.Count))
        {
            return $"The table of owners '{csv.File}' of the dataset '{plan.Request.Dataset}' was changed while the run was at work; "
                + "send the request again under another id.";
        }

        var known = new BitArray(table.Images.Count);
        ownerRows.ForEach(row => known[row] = true);
        var unknown = table.Images.Where((_, row) => !known[row]).ToList();
        return unknown.Count == 0
            ? null
            : $"The table of owners '{csv.File}' names {unknown.Count} images that the dataset '{plan.Request.Dataset}' does not have ({Name(unknown)}); "
                + "correct or remove these rows.";
    }

    private static string? DescribeEmptyClass(RunPlan plan, long[] images)
    {
        var empty = Array.FindIndex(images, static count => count == 0);
        return empty < 0 ? null
            : plan.Classes[empty] is { } name
                ? $"The class '{name}' of the dataset '{plan.Request.Dataset}' has no usable image; add some, or remove its folder."
            : $"The dataset '{plan.Request.Dataset}' has no usable image.";
    }

    private static string Name(List<string> files) =>
        string.Join("; ", files.Take(NamedFiles)) + (files.Count > NamedFiles ? $" and {files.Count - NamedFiles} more" : "");
}
