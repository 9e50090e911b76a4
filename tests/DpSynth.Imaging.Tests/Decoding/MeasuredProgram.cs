using System.Diagnostics;
using System.Globalization;
using DpSynth.Imaging.Decoding;

namespace DpSynth.Imaging.Tests.Decoding;

/// <summary>Decodes files in a process of its own, all at once and in every way of resizing, and says how much memory it had at most.</summary>
public static class MeasuredProgram
{
    /// <summary>Decodes the files named, each on a thread; prints the MB before and at the peak, and what was refused.</summary>
    public static int Main(string[] files)
    {
        var decoder = new ImageDecoder(new DecodeLimits());
        var shape = new ImageShape(64, 64, 3);
        decoder.Decode(SampleImage.Of(30, 20, (_, _) => [1, 2, 3]).Jpeg(), shape, ResizeMode.Fill, new byte[shape.ByteCount]);

        var encoded = Array.ConvertAll(files, File.ReadAllBytes);
        var before = Status("VmRSS");
        var refused = new string?[files.Length];
        var threads = encoded.Select((file, i) => new Thread(() =>
        {
            foreach (var mode in Enum.GetValues<ResizeMode>())
            {
                try
                {
                    decoder.Decode(file, shape, mode, new byte[shape.ByteCount]);
                }
                catch (ImageRejectedException rejected)
                {
                    refused[i] = $"{rejected.Reason}";
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Console.WriteLine(string.Join(' ', [before, Status("VmHWM"), .. refused.OfType<string>()]));
        return 0;
    }

    /// <summary>Runs the program.</summary>
    internal static async Task<(long Before, long Peak, string[] Refused)> RunAsync(params IEnumerable<string> files)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(MeasuredProgram).Assembly.Location, .. files])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await complained);
        var words = (await said).Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (Number(words[0]), Number(words[1]), words[2..]);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>A figure of Linux on this process, in MB.</summary>
    private static long Status(string name)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1000;
    }
}
