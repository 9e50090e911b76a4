using System.Diagnostics;
using DpSynth.EndToEnd.Tests.Runs;

namespace DpSynth.EndToEnd.Tests.StorageDeath;

/// <summary>What a command of another process writes to the storage of a running host.</summary>
[Trait("host", "local")]
public sealed class CommandBesideHostTests
{
    [Fact]
    public async Task Policy_that_a_command_has_set_outlives_an_emulator_killed_right_after_it()
    {
        var folder = Directory.CreateTempSubdirectory("dpsynth-beside-");
        try
        {
            await using (var host = await EmulatedHost.StartAsync(folder.FullName))
            {
                await host.PrivateAccount.EnsureCreatedAsync(default);
                await host.PrivateAccount.Data.UploadBlobAsync("capped/0.png", BinaryData.FromBytes(SmallDataset.Draw(0, 0)));
                await SetPolicyAsync(folder.FullName);
                await host.KillStorageAsync(hostOutlives: TimeSpan.Zero);
            }

            await using var again = await EmulatedHost.StartAsync(folder.FullName);
            Assert.Equal(2.5, (await again.Ledger.ReadAsync("capped", default)).CapEpsilon);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task SetPolicyAsync(string folder)
    {
        string[] command =
        [
            Path.Combine(AppContext.BaseDirectory, "dpsynth.dll"), "datasets", "policy", "set", "capped", "--no-classes", "--epsilon-cap", "2.5", "--delta",
            "1e-5", "--reason", "first", "--data", folder,
        ];
        var start = new ProcessStartInfo("dotnet", command) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
    }
}
