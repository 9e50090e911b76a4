using DpSynth.Cli.Terminals;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Runs;

/// <summary>Copies a release into a folder.</summary>
internal static class ReleaseDownload
{
    /// <summary>Copies every file of a release; files that are there are replaced.</summary>
    /// <exception cref="CommandException">There is no release.</exception>
    public static async Task<DownloadedRelease> CopyAsync(
        IReleaseStore releases, string runId, string folder, Terminal terminal, CancellationToken cancellationToken)
    {
        var files = await releases.ListAsync(runId, cancellationToken);
        if (files.Count == 0)
        {
            throw new CommandException(ExitCode.NotFound, $"The run '{runId}' has no release; './dpsynth runs show {runId}' says how it stands.");
        }

        var target = Directory.CreateDirectory(folder);
        using var stage = terminal.Begin("Downloading", "files", files.Count);
        for (var i = 0; i < files.Count; i++)
        {
            var path = Path.Combine(target.FullName, Path.GetFileName(files[i].Name));
            var draft = path + ".partial";
            await using (var source = await releases.OpenAsync(runId, files[i].Name, cancellationToken))
            await using (var copy = File.Create(draft))
            {
                await source.CopyToAsync(copy, cancellationToken);
            }

            File.Move(draft, path, overwrite: true);
            stage.Report(i + 1);
        }

        stage.Complete();
        return new DownloadedRelease(runId, target.FullName, [.. files.Select(file => file.Name)]);
    }
}

/// <summary>A release on this machine.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Folder">Where the files are.</param>
/// <param name="Files">Their names.</param>
internal sealed record DownloadedRelease(string RunId, string Folder, IReadOnlyList<string> Files);
