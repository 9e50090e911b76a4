using DpSynth.Cli;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Terminals;

return await DpSynthCommand.RunAsync(
    args, Terminal.OfConsole(), Surroundings.OfProcess(), Console.Out, Console.Error, CancellationToken.None);
