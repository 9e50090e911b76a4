using System.CommandLine;
using System.Globalization;
using DpSynth.Privacy;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Cli.Accounting;

/// <summary><c>dpsynth accountant sample</c>.</summary>
internal static class SampleCommand
{
    private const int Chunk = 8192;
    private const int MaxLine = 22;
    private const double LargestSigmaSquared = 1e30;

    private static readonly Option<string> _mechanism = new("--mechanism")
    {
        Description = "discrete-gaussian (default): the noise of measurements, from the secure generator.",
        HelpName = "NAME",
    };

    private static readonly Option<string> _sigma = new("--sigma") { Description = "σ, exactly the decimal typed.", HelpName = "S" };

    private static readonly Option<string> _sigmaSquared = new("--sigma-squared")
    {
        Description = "σ² as a fraction, in place of --sigma, such as 25 or 1/3.",
        HelpName = "N/D",
    };

    private static readonly Option<long> _count = new("--count") { Description = "How many integers.", HelpName = "N", Required = true };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "sample",
        "Draw noise, one integer a line, so that others can test the sampler.",
        [_mechanism, _sigma, _sigmaSquared, _count],
        (parsed, cancellationToken) => Task.FromResult(Run(context, parsed, cancellationToken)));

    private static int Run(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        Choice.Read("--mechanism", parsed.GetValue(_mechanism) ?? "discrete-gaussian", [("discrete-gaussian", true)]);
        var sigmaSquared = SigmaSquared(parsed);
        var count = parsed.GetRequiredValue(_count);
        if (count < 0)
        {
            throw new CommandException(ExitCode.Usage, $"--count is {count}; it must not be negative.");
        }

        if (sigmaSquared.ToDouble() > LargestSigmaSquared)
        {
            throw new CommandException(ExitCode.Usage, "The noise is too large to be drawn: σ must be below 1e15.");
        }

        if (context.Terminal.Json)
        {
            context.Terminal.Write($"{{\"sigmaSquared\":\"{sigmaSquared}\",\"count\":{count.ToString(CultureInfo.InvariantCulture)},\"samples\":[");
        }

        Draw(context, sigmaSquared, count, cancellationToken);
        if (context.Terminal.Json)
        {
            context.Terminal.Write("]}\n");
        }

        return ExitCode.Success;
    }

    private static Rational SigmaSquared(ParseResult parsed)
    {
        var (sigma, squared) = (parsed.GetValue(_sigma), parsed.GetValue(_sigmaSquared));
        if (sigma is null == squared is null)
        {
            throw new CommandException(ExitCode.Usage, "Say either --sigma or --sigma-squared.");
        }

        if (sigma is not null)
        {
            return Number.Positive("--sigma", sigma).Squared;
        }

        try
        {
            return Rational.Parse(squared!);
        }
        catch (FormatException)
        {
            throw new CommandException(ExitCode.Usage, $"--sigma-squared is {squared}; it is a fraction above 0 such as 25 or 1/3.");
        }
    }

    private static void Draw(CommandContext context, Rational sigmaSquared, long count, CancellationToken cancellationToken)
    {
        var noise = new SecureDiscreteGaussianNoise();
        var values = new long[Chunk];
        var text = new char[Chunk * MaxLine];
        for (long done = 0; done < count; done += Chunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = values.AsSpan(0, (int)Math.Min(Chunk, count - done));
            noise.Fill(part, sigmaSquared, "sample");
            var length = 0;
            for (var i = 0; i < part.Length; i++)
            {
                if (context.Terminal.Json && done + i > 0)
                {
                    text[length++] = ',';
                }

                part[i].TryFormat(text.AsSpan(length), out var written, provider: CultureInfo.InvariantCulture);
                length += written;
                if (!context.Terminal.Json)
                {
                    text[length++] = '\n';
                }
            }

            context.Terminal.Write(text.AsSpan(0, length));
        }
    }
}
