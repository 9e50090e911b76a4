using System.CommandLine;

namespace DpSynth.Cli.Runs;

/// <summary><c>dpsynth runs</c>: requests and what became of them.</summary>
internal static class RunsCommand
{
    public static Command Create(CommandContext context) => CommandContext.Group(
        "runs",
        "Submit requests, follow runs, fetch releases.",
        [
            SubmitCommand.Create(context),
            SchemaCommand.Create(context),
            ListCommand.Create(context),
            ShowCommand.Create(context),
            WhyCommand.Create(context),
            WatchCommand.Create(context),
            CancelCommand.Create(context),
            DownloadCommand.Create(context),
        ]);

    /// <summary>The argument of the commands that are about one run.</summary>
    public static Argument<string> RunId() => new("ID") { Description = "The run's id." };
}
