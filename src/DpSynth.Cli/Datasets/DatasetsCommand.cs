using System.CommandLine;
using DpSynth.Cli.Datasets.Policies;

namespace DpSynth.Cli.Datasets;

/// <summary><c>dpsynth datasets</c>: private datasets, for their owner.</summary>
internal static class DatasetsCommand
{
    public static Command Create(CommandContext context) => CommandContext.Group(
        "datasets",
        "Upload and look at private datasets. What these commands show is private: it is for the data's owner.",
        [UploadCommand.Create(context), PolicyCommand.Create(context), ListCommand.Create(context), ShowCommand.Create(context)]);
}
