using System.Collections;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// Looks over what all private shards hold before anything is spent. What stops the run is the owner's to mend and for the owner alone to know:
/// everybody else is told that the dataset is not in order.
/// </summary>
public sealed class PrivateImageCheck(IDatasetStore datasets, IRunRecords records, IOwnerDetails details)
{
    /// <summary>How many files a refusal names; the rest is counted.</summary>
    private const int NamedFiles = 10;

    /// <summary>Returns why the run may not go on, or null. Tells the owner what is wrong, and what is left out.</summary>
    public async Task<Refusal?> FindRefusalAsync(string runId, CancellationToken cancellationToken)
    {
        if (await FindFaultAsync(runId, cancellationToken) is not { } fault)
        {
            return null;
        }

        await details.WriteDetailAsync(runId, new OwnerDetail(nameof(RunStage.Embedding), Refusal.PrivateData.Code, fault), cancellationToken);
        return Refusal.PrivateData;
    }

    private async Task<string?> FindFaultAsync(string runId, CancellationToken cancellationToken)
    {
        var plan = await records.ReadPlanAsync(runId, cancellationToken);
        var (unreadable, brokenArchives, withoutOwner, ownerRows) = (new List<string>(), new List<string>(), new List<string>(), new List<int>());
        foreach (var shard in plan.PrivateShards)
        {
            var embedded = await records.ReadEmbeddedAsync(runId, shard.Number, cancellationToken);
            unreadable.AddRange(embedded.Unreadable);
            brokenArchives.AddRange(embedded.BrokenArchives);
            withoutOwner.AddRange(embedded.WithoutOwner);
            ownerRows.AddRange(embedded.OwnerRows);
        }

        var dataset = plan.Request.Dataset;
        await TellWhatIsLeftOutAsync(plan, unreadable, cancellationToken);
        if (brokenArchives.Count > 0)
        {
            // Whatever the policy says: one entry would decide whether all entries behind it count, and no noise is made for that.
            return $"The dataset '{dataset}' has {brokenArchives.Count} archives that cannot be read to their end ({Name(brokenArchives)}); mend them: a part "
                + "of an archive is never used.";
        }

        if (unreadable.Count > 0 && plan.Guarantee.Unreadable == UnreadableFiles.Reject)
        {
            return $"The dataset '{dataset}' has {unreadable.Count} files that cannot be used as images ({Name(unreadable)}); mend or remove them, "
                + "or let the policy skip such files.";
        }

        if (withoutOwner.Count > 0)
        {
            return $"The dataset '{dataset}' has {withoutOwner.Count} images whose owner is not told by {plan.Guarantee.Owners!.Description} "
                + $"({Name(withoutOwner)}); give each image an owner, or correct the policy.";
        }

        return await FindUnknownOwnerRowsAsync(plan, ownerRows, cancellationToken);
    }

    /// <summary>An owner table must not name what is no image: a path misspelt would leave an image to the wrong owner, or to none.</summary>
    private async Task<string?> FindUnknownOwnerRowsAsync(RunPlan plan, List<int> ownerRows, CancellationToken cancellationToken)
    {
        if (plan.Guarantee.Owners is not CsvOwners csv)
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

    private async Task TellWhatIsLeftOutAsync(RunPlan plan, List<string> unreadable, CancellationToken cancellationToken)
    {
        if (plan.LeftOut > 0)
        {
            var outside = $"{plan.LeftOut} files lie outside the classes that the policy lists, and take no part: {Name(plan.LeftOutNames, plan.LeftOut)}.";
            await details.WriteDetailAsync(
                plan.Request.RunId, new OwnerDetail(nameof(RunStage.Embedding), "outside-classes", outside), cancellationToken);
        }

        if (unreadable.Count > 0)
        {
            var files = $"{unreadable.Count} files cannot be used as images: {Name(unreadable)}.";
            await details.WriteDetailAsync(
                plan.Request.RunId, new OwnerDetail(nameof(RunStage.Embedding), Refusal.Unreadable.Code, files), cancellationToken);
        }
    }

    private static string Name(List<string> files) => Name(files, files.Count);

    private static string Name(IEnumerable<string> files, int count) =>
        string.Join("; ", files.Take(NamedFiles)) + (count > NamedFiles ? $" and {count - NamedFiles} more" : "");
}
