using System.Diagnostics;
using System.Text.Json;
using Azure.Storage.Blobs;
using Microsoft.DurableTask.Client;

namespace DpSynth.LocalHost.Tests.Hosting;

/// <summary>A host that gets SIGKILL leaves no emulator behind and goes on where it was.</summary>
public sealed class KilledHostTests : IDisposable
{
    private readonly ScratchFolder _data = new();
    private readonly ScratchFolder _effects = new();
    private readonly List<Process> _started = [];

    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }

            process.Dispose();
        }

        _data.Dispose();
        _effects.Dispose();
    }

    [Fact]
    public async Task A_run_survives_kills_of_its_host()
    {
        foreach (var steps in new[] { 3, 9, 20 })
        {
            var host = await StartAsync();
            await UntilAsync(() => StepsDone() >= steps);
            host.Kill();
            await host.WaitForExitAsync();
        }

        Environment.SetEnvironmentVariable(KilledHostProgram.EffectsVariable, _effects.Path);
        await using var last = await LocalFunctionHost.StartAsync(
            HostFixture.Options(_data.Path, new Inbox()), CancellationToken.None);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var end = await last.DurableTaskClient.WaitForInstanceCompletionAsync(KilledHostProgram.RunId, true, limit.Token);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(KilledHostProgram.Steps * (KilledHostProgram.Steps - 1) / 2, end.ReadOutputAs<int>());

        // Each kill can repeat the one step that was at work, no more.
        var effects = Directory.GetFiles(_effects.Path).Sum(file => new FileInfo(file).Length);
        Assert.InRange(effects, KilledHostProgram.Steps, KilledHostProgram.Steps + 3);
        Assert.Equal(KilledHostProgram.Steps, StepsDone());
    }

    [Fact]
    public async Task The_emulator_ends_by_itself_when_its_host_is_killed()
    {
        var host = await StartAsync();
        using var azurite = Process.GetProcessById(AzuriteId());
        host.Kill();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await azurite.WaitForExitAsync(limit.Token);
        Assert.Null(RunningHost.TryRead(_data.Path));
    }

    [Fact]
    public async Task A_stuck_emulator_of_a_killed_host_is_ended_by_the_next_start()
    {
        var host = await StartAsync();
        using var azurite = Process.GetProcessById(AzuriteId());
        Signal("STOP", azurite.Id);
        host.Kill();
        await host.WaitForExitAsync();
        await using var next = await LocalFunctionHost.StartAsync(HostFixture.Options(_data.Path, new Inbox()), CancellationToken.None);
        Assert.True(azurite.HasExited);
    }

    [Fact]
    public async Task The_emulator_leaves_the_terminals_interrupt_to_its_host()
    {
        await using var host = await LocalFunctionHost.StartAsync(HostFixture.Options(_data.Path, new Inbox()), CancellationToken.None);
        Signal("INT", AzuriteId());
        await new BlobContainerClient(host.PrivateStorage, "still-there").CreateAsync();
        Assert.False(host.StorageEnded.IsCompleted);
    }

    [Fact]
    public async Task An_orderly_end_leaves_neither_process_nor_trace()
    {
        var host = await StartAsync();
        var azurite = AzuriteId();
        host.StandardInput.Close();
        await host.WaitForExitAsync();
        Assert.Equal(0, host.ExitCode);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(azurite));
        Assert.False(File.Exists(_data["running.json"]));
    }

    private static void Signal(string name, int processId)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{processId}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    private int StepsDone() => Directory.GetFiles(_effects.Path).Length;

    private int AzuriteId()
    {
        using var state = JsonDocument.Parse(File.ReadAllText(Path.Combine(_data.Path, "azurite", "azurite.json")));
        return state.RootElement.GetProperty("Process").GetProperty("Id").GetInt32();
    }

    private async Task<Process> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(KilledHostProgram).Assembly.Location, _data.Path])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[KilledHostProgram.EffectsVariable] = _effects.Path;
        var process = Process.Start(start)!;
        _started.Add(process);
        Assert.Equal("serving", await process.StandardOutput.ReadLineAsync());
        return process;
    }
}
