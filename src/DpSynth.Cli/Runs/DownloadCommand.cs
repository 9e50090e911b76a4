using System.CommandLine;
using DpSynth.Cli.Terminals;

namespace DpSynth.Cli.Runs;

/// <summary><c>dpsynth runs download ID --out DIR</c>.</summary>
internal static class DownloadCommand
{
    private static readonly Argument<string> _id = RunsCommand.RunId();

    private static readonly Option<string> _out = new("--out")
    {
        Description = "The folder to put the release into; made if missing.",
        HelpName = "DIR",
        Required = true,
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "download",
        "Fetch a run's release: the synthetic images, the contact sheet, the manifest, the privacy statement.",
        [_id, _out],
        (parsed, cancellationToken) => RunAsync(
            context, NameArgument.Run(parsed.GetRequiredValue(_id)), parsed.GetRequiredValue(_out), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, string id, string folder, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var release = await ReleaseDownload.CopyAsync(connection.Releases, id, folder, context.Terminal, cancellationToken);
        context.Terminal.Result(release, done => $"{Figures.Count(done.Files.Count)} files in {done.Folder}");
        return ExitCode.Success;
    }
}
