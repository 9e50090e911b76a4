using System.CommandLine;

namespace DpSynth.Cli.Datasets;

/// <summary><c>dpsynth datasets list</c>.</summary>
internal static class ListCommand
{
    public static Command Create(CommandContext context) => CommandContext.Command(
        "list",
        "List the private datasets.",
        [],
        (_, cancellationToken) => RunAsync(context, cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var names = await connection.PrivateStore.ListDatasetsAsync(cancellationToken);
        context.Terminal.Result(
            new DatasetNames(names),
            list => list.Datasets.Count > 0
                ? string.Join(Environment.NewLine, list.Datasets)
                : "There are no datasets yet: upload one with './dpsynth datasets upload PATH --name NAME'.");
        return ExitCode.Success;
    }
}

/// <summary>The list's JSON.</summary>
/// <param name="Datasets">The names.</param>
internal sealed record DatasetNames(IReadOnlyList<string> Datasets);
