using DpSynth.Cli.Connections;
using DpSynth.Ledgers;

namespace DpSynth.Cli.Budget;

/// <summary>Datasets that must have a ledger.</summary>
internal static class BudgetDataset
{
    /// <summary>The lineage that a dataset's name stands for.</summary>
    /// <exception cref="CommandException">It has no ledger yet.</exception>
    public static async Task<LineageRecord> FindLineageAsync(Connection connection, string dataset, CancellationToken cancellationToken) =>
        (await connection.LedgerAdministration.ReadCatalogueAsync(cancellationToken)).LineageOf(dataset)
            ?? throw new CommandException(ExitCode.NotFound, $"Dataset '{dataset}' has no ledger yet: it gets one with its policy ('datasets policy set').");
}
