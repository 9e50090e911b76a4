using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Sessions;

namespace DpSynth.Bench;

/// <summary>
/// Seconds an image of text to image with guidance, decoding included, by batch size; beside PyTorch on the same weights, steps and
/// batch sizes where <c>/usr/bin/python3</c> has it (<c>bench/peers/diffusion.py</c>). Processor seconds, summed over threads, tell what
/// a busy machine hides.
/// </summary>
internal static class DiffusionBenchmark
{
    private const string Python = "/usr/bin/python3";

    internal static void Run(TextWriter output, string[] arguments)
    {
        var model = Path.GetFullPath(Value(arguments, "--model") ?? Path.Combine("models", "tiny-sd"));
        var steps = Number(arguments, "--steps", 20);
        var guidance = double.Parse(Value(arguments, "--guidance") ?? "3", CultureInfo.InvariantCulture);
        var batches = (Value(arguments, "--batch") ?? "1,8,16,64").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var repeat = Number(arguments, "--repeat", 5);
        var options = new InferenceOptions
        {
            Provider = Enum.Parse<ExecutionProvider>(Value(arguments, "--provider") ?? "cpu", ignoreCase: true),
            DeviceId = Number(arguments, "--device", 0),
            DeviceMemoryLimit = Value(arguments, "--memory") is { } bytes ? long.Parse(bytes, CultureInfo.InvariantCulture) : null,
            HalfPrecision = arguments.Contains("--half"),
            CudaGraphs = arguments.Contains("--cuda-graphs"),
            Threads = Number(arguments, "--threads", Environment.ProcessorCount),
            ImagesPerCall = Value(arguments, "--images-per-call") is { } images ? int.Parse(images, CultureInfo.InvariantCulture) : null,
        };

        var clock = Stopwatch.StartNew();
        using var pipeline = StableDiffusionPipeline.Load(model, options);
        output.WriteLine(
            $"diffusion: {model} on {pipeline.Provider}, {options.Threads} threads, loaded in {clock.ElapsedMilliseconds} ms; {steps} steps, "
                + $"guidance {guidance}");
        var peers = arguments.Contains("--no-peer") ? [] : Peers(model, steps, guidance, batches, options.Threads, output);
        var conditioning = pipeline.Prompts.Encode("an emoji", negativePrompt: null);
        foreach (var batch in batches)
        {
            var request = new DiffusionRequest
            {
                Settings = new DiffusionSettings { Steps = steps, GuidanceScale = guidance },
                Conditionings = [conditioning],
                Seeds = Enumerable.Range(0, batch).Select(i => (ulong)i).ToArray(),
            };
            var times = new double[repeat + 1];
            var leastWork = double.PositiveInfinity;
            for (var i = 0; i < times.Length; i++)
            {
                var worked = Environment.CpuUsage.TotalTime;
                clock.Restart();
                pipeline.Generate(request, default);
                times[i] = clock.Elapsed.TotalSeconds / batch;
                leastWork = Math.Min(leastWork, (Environment.CpuUsage.TotalTime - worked).TotalSeconds / batch);
            }

            // The first one allocates.
            var rest = times[1..];
            Array.Sort(rest);
            var peer = peers.TryGetValue(batch, out var seconds) ? $"   torch {seconds:F4} s, {seconds / rest[0]:F1} ×" : "";
            output.WriteLine(
                $"batch {batch,3}: best {rest[0]:F4} s/image ({1 / rest[0],6:F1} images/s), median {rest[rest.Length / 2]:F4}, first {times[0]:F4}, "
                    + $"processor {leastWork:F4}{peer}");
        }

        output.WriteLine($"peak memory {PeakMegabytes()} MB");
    }

    private static Dictionary<int, double> Peers(string model, int steps, double guidance, int[] batches, int threads, TextWriter output)
    {
        var script = Path.Combine("bench", "peers", "diffusion.py");
        if (!File.Exists(Python) || !File.Exists(script))
        {
            return [];
        }

        var start = new ProcessStartInfo(Python) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])[script, "--model", model, "--steps", Text(steps), "--guidance", Text(guidance),
            "--batch", string.Join(',', batches), "--threads", Text(threads)])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var complaint = process.StandardError.ReadToEndAsync();
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            output.WriteLine($"peer left out: {complaint.Result.Trim().Split('\n')[^1]}");
            return [];
        }

        using var json = JsonDocument.Parse(answer);
        return json.RootElement.EnumerateObject().ToDictionary(
            entry => int.Parse(entry.Name, CultureInfo.InvariantCulture), entry => entry.Value.GetDouble());
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static long PeakMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 >> 20;
    }

    private static int Number(string[] arguments, string name, int defaultValue) =>
        Value(arguments, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : defaultValue;

    private static string? Value(string[] arguments, string name)
    {
        var place = Array.IndexOf(arguments, name);
        return place >= 0 && place + 1 < arguments.Length ? arguments[place + 1] : null;
    }
}
