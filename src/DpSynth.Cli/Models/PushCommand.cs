using System.CommandLine;
using DpSynth.Cli.Terminals;
using DpSynth.Storage.Models;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Cli.Models;

/// <summary><c>dpsynth models push DIR --name NAME</c>.</summary>
internal static class PushCommand
{
    private static readonly Argument<DirectoryInfo> _folder = new("DIR") { Description = "The model's folder. Hidden files stay out." };

    private static readonly Option<string> _name = new("--name")
    {
        Description = "The name under which requests ask for it (default: the folder's).",
        HelpName = "NAME",
    };

    private static readonly Option<bool> _replace = new("--replace")
    {
        Description = "Put this model in the place of another one of the name. Runs that pinned the other one end where it has to be fetched.",
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "push",
        "Upload a model to the container 'models', from which workers and the function app fetch what they lack.",
        [_folder, _name, _replace],
        (parsed, cancellationToken) => RunAsync(context, parsed, cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = parsed.GetRequiredValue(_folder);
        if (!folder.Exists)
        {
            throw new CommandException(ExitCode.NotFound, $"There is no folder {folder.FullName}.");
        }

        var name = parsed.GetValue(_name) ?? folder.Name;
        if (!ModelName.IsValid(name))
        {
            throw new CommandException(ExitCode.Usage, $"'{name}' cannot be a model's name: it must be {ModelName.Rule}.");
        }

        var index = await new FileHashes().IndexAsync(folder.FullName, cancellationToken);
        if (index.DescribeFault() is { } fault)
        {
            throw new CommandException(ExitCode.Usage, $"{folder.FullName} is no model's folder: {fault}.");
        }

        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var container = new ModelContainer(connection.ExchangeAccount.Models);
        var there = await container.FindAsync(name, cancellationToken);
        if (there is not null && there.Fingerprint != index.Fingerprint && !parsed.GetValue(_replace))
        {
            throw new CommandException(
                ExitCode.Usage,
                $"There is another model '{name}' already ({ModelHash.Short(there.Fingerprint)}): choose another name, "
                    + "or put this one in its place with --replace.");
        }

        if (there?.Fingerprint != index.Fingerprint)
        {
            await PushAsync(context, container, name, folder.FullName, index, cancellationToken);
        }

        context.Terminal.Result(
            new PushedModel(name, index.Fingerprint, index.Files.Count, index.Bytes),
            model => $"The model '{model.Model}' is in the container: {Figures.Count(model.Files)} files, {Figures.Bytes(model.Bytes)}, hash {model.Hash}.");
        return ExitCode.Success;
    }

    private static async Task PushAsync(
        CommandContext context, ModelContainer container, string name, string folder, ModelIndex index, CancellationToken cancellationToken)
    {
        using var stage = context.Terminal.Begin("Uploading", "bytes", index.Bytes);
        var progress = new Sum(stage);
        await container.PushAsync(name, folder, index, progress, cancellationToken);
        stage.Complete();
    }

    /// <summary>Shows at once what has been uploaded in all.</summary>
    private sealed class Sum(IProgressStage stage) : IProgress<long>
    {
        private long _done;

        public void Report(long value) => stage.Report(Interlocked.Add(ref _done, value));
    }
}

/// <summary>A model in the container.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Hash">Its fingerprint, which a request may state as <c>modelHash</c>.</param>
/// <param name="Files">How many files it has.</param>
/// <param name="Bytes">Their bytes.</param>
internal sealed record PushedModel(string Model, string Hash, int Files, long Bytes);
