using System.CommandLine;
using DpSynth.Catalogue;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Runs.Watching;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Runs;

/// <summary><c>dpsynth runs submit FILE [--wait]</c>.</summary>
internal static class SubmitCommand
{
    private static readonly Argument<string> _file = new("FILE") { Description = "The request, a JSON file; - for standard input." };

    private static readonly Option<bool> _wait = new("--wait")
    {
        Description = "Follow the run to its end. Where no host is running, one runs in this process until then.",
    };

    private static readonly Option<decimal?> _maxCost = new("--max-cost")
    {
        Description = "What a run at an image API may cost; written into the request as 'generator.options.maxCost'.",
        HelpName = "USD",
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "submit",
        $"""
            Check a request and put it on the queue.

            Generators:
            {List(RequestParts.Generators)}

            Embedders:
            {List(RequestParts.Embedders)}

            Methods:
            {List(RequestParts.Methods)}

            'runs schema' prints all fields.
            """,
        [_file, _wait, _maxCost],
        (parsed, cancellationToken) => RunAsync(context, parsed.GetRequiredValue(_file), parsed.GetValue(_wait), parsed.GetValue(_maxCost), cancellationToken));

    private static string List(IEnumerable<Descriptor> descriptors) =>
        string.Join(Environment.NewLine, descriptors.Select(descriptor => $"  {descriptor.Name}: {descriptor.Summary}"));

    private static async Task<int> RunAsync(CommandContext context, string file, bool wait, decimal? maxCost, CancellationToken cancellationToken)
    {
        var json = await ReadAsync(file, cancellationToken);
        var checkedRequest = RequestParts.Reader.Read(json);
        if (maxCost is { } cap)
        {
            json = ImageCost.WriteCap(json, checkedRequest, cap);
            checkedRequest = RequestParts.Reader.Read(json);
        }

        ImageCost.Announce(checkedRequest, context.Terminal);

        await using var connection = await context.ConnectAsync(needHost: wait, cancellationToken);
        var submitted = await RunSubmitter.SubmitAsync(connection, json, cancellationToken);
        var request = submitted.Request;
        if (!wait)
        {
            context.Terminal.Result(
                new RunView { Id = request.RunId, State = RunState.Pending, Dataset = request.Dataset, Epsilon = request.Epsilon, Delta = request.Delta },
                run => Describe(run, connection));
            return ExitCode.Success;
        }

        var ended = await new RunWatcher(connection.Runs, context.Terminal).WatchAsync(submitted, cancellationToken);
        context.Terminal.Result(ended, RunText.Describe);
        return RunText.ExitCodeOf(ended.State);
    }

    private static string Describe(RunView run, Connection connection) => connection.IsServed
        ? $"Queued run '{run.Id}'. Follow it with './dpsynth runs watch {run.Id}'."
        : $"Queued run '{run.Id}'. No host is running: it will be served when one does ('./dpsynth host').";

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (file == "-")
        {
            return await Console.In.ReadToEndAsync(cancellationToken);
        }

        var description = new FileInfo(file);
        if (!description.Exists)
        {
            throw new CommandException(ExitCode.NotFound, $"There is no request file at '{file}'.");
        }

        // No request of allowed length is longer in UTF-8; a larger file is not read at all.
        return description.Length <= 4L * RunRequestReader.MaximumLength
            ? await File.ReadAllTextAsync(file, cancellationToken)
            : throw new CommandException(
                ExitCode.Usage, $"'{file}' has {description.Length} bytes; a request has at most {RunRequestReader.MaximumLength} characters.");
    }
}
