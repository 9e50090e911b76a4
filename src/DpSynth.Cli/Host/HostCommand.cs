using System.CommandLine;

namespace DpSynth.Cli.Host;

/// <summary><c>dpsynth host</c>.</summary>
internal static class HostCommand
{
    private static readonly Option<int?> _port =
        new("--port") { Description = "The API's port on the loopback address (default: any free one).", HelpName = "PORT" };

    private static readonly Option<int> _workers = new("--workers")
    {
        Description = "Workers inside this process; 0 leaves all generation to './dpsynth worker'.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "host",
        "Run the function app, its storage and a worker on this machine until Ctrl+C.",
        [_port, _workers],
        (parsed, cancellationToken) => RunAsync(context, parsed.GetValue(_port), parsed.GetValue(_workers), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, int? port, int workers, CancellationToken cancellationToken)
    {
        if (port is not (null or (>= 0 and <= 65535)) || workers is < 0 or > 64)
        {
            throw new CommandException(ExitCode.Usage, "--port must lie between 0 and 65535, --workers between 0 and 64.");
        }

        await using var host = await LocalEnds.StartHostAsync(context.Surroundings, port, workers, cancellationToken, say: context.Terminal.Say);
        context.Terminal.Result(
            new HostAddress(host.Endpoint!, context.Surroundings.DataFolder),
            address => $"""
                The API is at {new Uri(address.Endpoint, "api/runs")}, its data and {HostLog.FileName} in {address.DataFolder}.
                Upload a dataset with './dpsynth datasets upload', submit a request with './dpsynth runs submit'; Ctrl+C stops the host.
                """);
        await host.Ended.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Terminal.Say(cancellationToken.IsCancellationRequested ? "Stopping …" : "The host ended by itself.");
        return cancellationToken.IsCancellationRequested ? ExitCode.Success : ExitCode.Failure;
    }
}

/// <summary>Where the host is.</summary>
/// <param name="Endpoint">Its address.</param>
/// <param name="DataFolder">The folder of its data.</param>
internal sealed record HostAddress(Uri Endpoint, string DataFolder);
