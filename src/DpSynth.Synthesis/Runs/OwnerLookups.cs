using DpSynth.Ledgers;
using DpSynth.Synthesis.Caching;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Synthesis.Runs;

/// <summary>Makes the owner lookups of runs, and keeps the tables that were read last: the shards of a run ask one after the other.</summary>
internal sealed class OwnerLookups(IDatasetStore datasets)
{
    private readonly RecentTasks<string, OwnerTable> _tables = new(capacity: 2);

    /// <summary>The lookup of a run; null where the unit of privacy is the image.</summary>
    /// <exception cref="InvalidDataException">The run's owner table is missing or no table; the message says so in one sentence.</exception>
    /// <exception cref="DatasetChangedException">It is not the one that was planned with.</exception>
    public async Task<OwnerLookup?> FindAsync(RunPlan plan, CancellationToken cancellationToken) => plan.Guarantee.Owners switch
    {
        null => null,
        CsvOwners csv => await _tables.GetAsync(
            plan.Request.RunId, () => ReadTableAsync(datasets, plan, csv, CancellationToken.None), cancellationToken),
        var source => OwnerLookup.Of(source, classConditional: plan.Classes[0] is not null),
    };

    /// <summary>
    /// Reads the owner table of a run. Were it another one for some shards, images of one owner could count for two.
    /// </summary>
    /// <exception cref="InvalidDataException">It is missing or no table; the message says so in one sentence.</exception>
    /// <exception cref="DatasetChangedException">It is not the one that was planned with.</exception>
    public static async Task<OwnerTable> ReadTableAsync(IDatasetStore datasets, RunPlan plan, CsvOwners csv, CancellationToken cancellationToken)
    {
        var table = await ReadTableAsync(datasets, plan.Request.Dataset, csv, cancellationToken);
        return plan.OwnerTableHash is null || plan.OwnerTableHash == table.Hash
            ? table
            : throw DatasetChangedException.Of($"{plan.Request.Dataset}/{csv.File}");
    }

    /// <summary>Reads a dataset's owner table.</summary>
    /// <exception cref="InvalidDataException">It is missing or no table; the message says so in one sentence.</exception>
    public static async Task<OwnerTable> ReadTableAsync(IDatasetStore datasets, string dataset, CsvOwners csv, CancellationToken cancellationToken)
    {
        await using var content = await datasets.OpenNoteAsync(dataset, csv.File, cancellationToken)
            ?? throw new InvalidDataException(
                $"There is no table of owners '{csv.File}' in the dataset '{dataset}'; upload it as '{dataset}/{csv.File}' with the header "
                    + "'image,owner' and one row an image.");
        using var buffer = new MemoryStream();
        await content.CopyToAsync(buffer, cancellationToken);
        buffer.Position = 0;
        try
        {
            return OwnerTable.Read(buffer);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"The table of owners '{csv.File}' of the dataset '{dataset}' cannot be used: {fault.Message}.", fault);
        }
    }
}
