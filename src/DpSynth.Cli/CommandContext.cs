using System.CommandLine;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Host;
using DpSynth.Cli.Terminals;

namespace DpSynth.Cli;

/// <summary>What every command gets.</summary>
/// <param name="Terminal">Where it writes.</param>
/// <param name="Surroundings">What it finds around it.</param>
public sealed record CommandContext(Terminal Terminal, Surroundings Surroundings)
{
    /// <summary>Opens the storage, and with <paramref name="needHost"/> a host that serves it.</summary>
    public Task<Connection> ConnectAsync(bool needHost, CancellationToken cancellationToken) =>
        new Connector(Surroundings, Terminal.Say).ConnectAsync(needHost, cancellationToken);

    /// <summary>Makes a command.</summary>
    /// <param name="name">The word.</param>
    /// <param name="description">One sentence for <c>--help</c>.</param>
    /// <param name="symbols">Its arguments and options.</param>
    /// <param name="action">What it does; answers the exit code.</param>
    internal static Command Command(
        string name, string description, IEnumerable<Symbol> symbols, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        var command = Group(name, description, symbols);
        command.SetAction(action);
        return command;
    }

    /// <summary>Makes a command that only groups others.</summary>
    internal static Command Group(string name, string description, IEnumerable<Symbol> symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Argument argument:
                    command.Arguments.Add(argument);
                    break;
                case Option option:
                    command.Options.Add(option);
                    break;
                case Command subcommand:
                    command.Subcommands.Add(subcommand);
                    break;
            }
        }

        return command;
    }
}
