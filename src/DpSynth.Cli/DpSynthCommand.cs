using System.CommandLine;
using System.CommandLine.Invocation;
using Azure;
using DpSynth.Cli.Accounting;
using DpSynth.Cli.Audit;
using DpSynth.Cli.Budget;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Datasets;
using DpSynth.Cli.Demo;
using DpSynth.Cli.Doctor;
using DpSynth.Cli.Embedding;
using DpSynth.Cli.Generation;
using DpSynth.Cli.Host;
using DpSynth.Cli.Models;
using DpSynth.Cli.Neighbours;
using DpSynth.Cli.Releases;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Scores;
using DpSynth.Cli.Terminals;
using DpSynth.Cli.Worker;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Cli;

/// <summary>The command <c>dpsynth</c>: its subcommands, its common options, and what its failures look like.</summary>
public static class DpSynthCommand
{
    private static readonly Option<bool> _json = new("--json")
    {
        Description = "Print the result as one JSON object on standard output; messages go to standard error.",
        Recursive = true,
    };

    private static readonly Option<DirectoryInfo> _data = new("--data")
    {
        Description = "The folder of the local storage and of a running host's state (default: DPSYNTH_DATA, else .dpsynth beside ./dpsynth).",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The words after <c>dpsynth</c>.</param>
    /// <param name="terminal">Where to write.</param>
    /// <param name="surroundings">The repository and the environment.</param>
    /// <param name="output">Standard output, for <c>--help</c> and <c>--version</c>.</param>
    /// <param name="errors">Standard error, for faults of the command line.</param>
    /// <param name="cancellationToken">Stops the command as Ctrl+C does.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments,
        Terminal terminal,
        Surroundings surroundings,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellationToken)
    {
        var parsed = Create(new CommandContext(terminal, surroundings)).Parse(arguments);
        terminal.Json = parsed.GetValue(_json);
        if (parsed.GetValue(_data) is { } data)
        {
            surroundings.DataFolder = data.FullName;
        }

        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
        };
        if (parsed.Action is ParseErrorAction misunderstood)
        {
            // Whoever typed a group's name alone wants to see what is in it; any other fault is one line.
            misunderstood.ShowHelp = parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0;
            invocation.Output = errors;
            await parsed.InvokeAsync(invocation, cancellationToken);
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (Exception fault)
        {
            var (exitCode, sentence) = Explain(fault);
            terminal.Fail(sentence, exitCode);
            if (surroundings.Variable("DPSYNTH_DEBUG") is { Length: > 0 })
            {
                errors.WriteLine(fault);
            }

            return exitCode;
        }
    }

    private static RootCommand Create(CommandContext context) => new(
        "DpSynth makes a differentially private synthetic copy of a private image dataset, without training a model.")
    {
        DemoCommand.Create(context),
        HostCommand.Create(context),
        WorkerCommand.Create(context),
        DatasetsCommand.Create(context),
        ModelsCommand.Create(context),
        RunsCommand.Create(context),
        BudgetCommand.Create(context),
        GenerateCommand.Create(context),
        EmbedCommand.Create(context),
        NeighboursCommand.Create(context),
        ScoreCommand.Create(context),
        AuditCommand.Create(context),
        AccountantCommand.Create(context),
        VerifyReleaseCommand.Create(context),
        DoctorCommand.Create(context),
        ScriptCommand("test", "Build the whole solution and run every test"),
        ScriptCommand("mutate", "Change the code in small ways and say which changes no test sees"),
        ScriptCommand("lock", "Write the packages' lock files anew, after a change of packages"),
        _json,
        _data,
    };

    /// <summary>Known here for <c>--help</c> only: the script <c>./dpsynth</c> serves it, for it rebuilds this program.</summary>
    private static Command ScriptCommand(string name, string description) => CommandContext.Command(
        name,
        $"{description} (served by the script ./dpsynth).",
        [],
        (_, _) => throw new CommandException(ExitCode.Usage, $"This is a command of the script: ./dpsynth {name}"));

    private static (int ExitCode, string Sentence) Explain(Exception fault) => fault switch
    {
        CommandException known => (known.ExitCode, known.Message),
        ModelFolderException model => (ExitCode.Usage, model.Message),
        InferenceException or GeneratedImageException => (ExitCode.Failure, fault.Message),
        RequestException request => (ExitCode.Usage, request.Message),
        OperationCanceledException => (ExitCode.Interrupted, "Interrupted."),
        RequestFailedException storage => (ExitCode.Failure, $"The storage refused: {storage.ErrorCode ?? "error"} ({storage.Status})."),
        HttpRequestException http => (ExitCode.Failure, $"The host cannot be reached: {http.Message}"),
        InvalidOperationException or InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException =>
            (ExitCode.Failure, fault.Message),
        _ => (ExitCode.Failure, $"{fault.GetType().Name}: {fault.Message} (set DPSYNTH_DEBUG=1 for the whole story)"),
    };
}
