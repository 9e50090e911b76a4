using System.CommandLine;
using System.Globalization;
using DpSynth.Cli.Connections;
using DpSynth.LocalHost;
using DpSynth.Storage.Workers;
using DpSynth.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DpSynth.Cli.Worker;

/// <summary><c>dpsynth worker</c>: one more worker on the running host's storage, with credentials that reach nothing private.</summary>
internal static class WorkerCommand
{
    private static readonly Option<int> _concurrency = new("--concurrency")
    {
        Description = "Jobs at work at once.",
        HelpName = "N",
        DefaultValueFactory = _ => 2,
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "worker",
        "Run a worker on the running host's storage until Ctrl+C. Start as many as you like: they share the work.",
        [_concurrency],
        (parsed, cancellationToken) => RunAsync(context, parsed.GetValue(_concurrency), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, int concurrency, CancellationToken cancellationToken)
    {
        if (concurrency is < 1 or > 32)
        {
            throw new CommandException(ExitCode.Usage, "--concurrency must lie between 1 and 32.");
        }

        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [$"{GenerationWorkerOptions.SectionName}:{nameof(GenerationWorkerOptions.Concurrency)}"] = concurrency.ToString(CultureInfo.InvariantCulture),

            // Whoever presses Ctrl+C does not want to wait; the jobs go to the next worker.
            [$"{GenerationWorkerOptions.SectionName}:{nameof(GenerationWorkerOptions.DrainTimeout)}"] = $"{TimeSpan.Zero}",
        };
        if (!HasOwnAccess(context.Surroundings))
        {
            var file = WorkerAccessFile.PathIn(context.Surroundings.DataFolder);
            settings[WorkerAccess.FileSettingName] = File.Exists(file) ? file : throw new CommandException(
                ExitCode.NotFound,
                $"No host is running on {context.Surroundings.DataFolder}: start one with './dpsynth host', or set {WorkerAccess.SettingName}.");
        }

        var builder = WorkerHost.CreateBuilder([], settings);
        builder.Logging.ClearProviders().AddSimpleConsole(options => options.SingleLine = true);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        using var worker = builder.Build();
        context.Terminal.Say("The worker takes jobs; Ctrl+C stops it, and the jobs at work go back to the queue.");
        await worker.RunAsync(cancellationToken);
        return ExitCode.Success;
    }

    private static bool HasOwnAccess(Surroundings surroundings) =>
        !string.IsNullOrEmpty(surroundings.Variable(WorkerAccess.SettingName))
        || !string.IsNullOrEmpty(surroundings.Variable(WorkerAccess.FileSettingName));
}
