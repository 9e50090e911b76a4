using System.CommandLine;
using DpSynth.Cli.Accounting;
using DpSynth.Models.Sessions;

namespace DpSynth.Cli.Inference;

/// <summary>The options of every command that runs a model: what executes it.</summary>
internal sealed class ProviderOptions
{
    private readonly Option<string> _provider = new("--provider")
    {
        Description = "What executes the model: cpu (default), cuda or tensorrt.",
        HelpName = "NAME",
    };

    private readonly Option<int> _device = new("--device") { Description = "The GPU's number (default 0).", HelpName = "N" };

    private readonly Option<bool> _allowCpu = new("--allow-cpu")
    {
        Description = "Let the processor step in where the provider is not available, and say so.",
    };

    /// <summary>The options, for the command.</summary>
    public IEnumerable<Symbol> Symbols => [_provider, _device, _allowCpu];

    /// <summary>What was asked for.</summary>
    /// <exception cref="CommandException">There is no such provider or device.</exception>
    public InferenceOptions Read(ParseResult parsed)
    {
        var device = parsed.GetValue(_device);
        if (device < 0)
        {
            throw new CommandException(ExitCode.Usage, $"--device is {device}; devices are counted from 0.");
        }

        return new InferenceOptions
        {
            Provider = Choice.Read(
                "--provider",
                parsed.GetValue(_provider) ?? "cpu",
                [("cpu", ExecutionProvider.Cpu), ("cuda", ExecutionProvider.Cuda), ("tensorrt", ExecutionProvider.TensorRt)]),
            DeviceId = device,
            AllowCpuFallback = parsed.GetValue(_allowCpu),
        };
    }
}
