using System.Diagnostics;

namespace DpSynth.EndToEnd.Tests.Hosting;

/// <summary>The test host as a process of its own, to be killed at will.</summary>
internal sealed class TestProcess : IDisposable
{
    private readonly Process process;

    private TestProcess(Process process, string ready)
    {
        this.process = process;
        Endpoint = ready.Split(' ') is [_, var address] ? new Uri(address) : null;
    }

    /// <summary>The API's address; null for a worker.</summary>
    public Uri? Endpoint { get; }

    /// <summary>Starts a host on the fixture's storage and waits until it serves.</summary>
    public static Task<TestProcess> StartHostAsync(StorageFixture storage, string dataFolder, params string[] options) =>
        StartHostAsync(storage, dataFolder, [], options);

    /// <summary>Starts a host with settings of its own.</summary>
    public static Task<TestProcess> StartHostAsync(
        StorageFixture storage, string dataFolder, IEnumerable<(string Name, string Value)> settings, params string[] options) =>
        StartAsync(["host", dataFolder, .. options], new(settings.Select(static setting => KeyValuePair.Create(setting.Name, setting.Value)))
        {
            ["PrivateStorage"] = storage.PrivateStorage,
            ["AzureWebJobsStorage"] = storage.ExchangeStorage,
        });

    /// <summary>Starts a host that starts an emulator for itself.</summary>
    public static Task<TestProcess> StartHostAsync(string dataFolder, params string[] options) => StartAsync(["host", dataFolder, .. options], []);

    /// <summary>Starts a worker that holds signed access and nothing else.</summary>
    public static Task<TestProcess> StartWorkerAsync(string access, TimeSpan lease, params (string Name, string Value)[] settings) => StartAsync(
        ["worker"],
        new(settings.Select(static setting => KeyValuePair.Create(setting.Name, setting.Value)))
        {
            ["WorkerAccess"] = access,
            ["Worker__Lease"] = lease.ToString(),
            ["Worker__RenewEvery"] = (lease / 3).ToString(),
            ["Worker__Concurrency"] = "1",
        });

    /// <summary>SIGKILL: the process has no chance to tidy up.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Kill();
        }

        process.Dispose();
    }

    private static async Task<TestProcess> StartAsync(IReadOnlyList<string> arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "DpSynth.EndToEnd.TestHost.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var started = Process.Start(start)!;
        var errors = started.StandardError.ReadToEndAsync();
        while (await started.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("ready", StringComparison.Ordinal))
            {
                // What follows is read and thrown away, so that the pipe never fills.
                _ = started.StandardOutput.ReadToEndAsync();
                return new TestProcess(started, line);
            }
        }

        throw new InvalidOperationException($"The test host did not start: {await errors}");
    }
}
