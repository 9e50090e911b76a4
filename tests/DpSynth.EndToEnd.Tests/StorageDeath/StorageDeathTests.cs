using System.Globalization;
using Xunit.Abstractions;

namespace DpSynth.EndToEnd.Tests.StorageDeath;

/// <summary>
/// The emulator dies, by SIGKILL, while runs are at work. Four kills; <c>tests/storage-storm.sh</c> makes it as many as one likes.
/// </summary>
[Trait("host", "local")]
public sealed class StorageDeathTests(ITestOutputHelper output)
{
    private static readonly int _kills =
        int.TryParse(Environment.GetEnvironmentVariable("DPSYNTH_STORM_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : 4;

    [Fact]
    public async Task Emulator_killed_after_what_counts_became_readable_changes_none_of_it()
    {
        var folder = Directory.CreateTempSubdirectory("dpsynth-storm-");
        try
        {
            var storm = new StorageStorm(folder.FullName, seed: 20261130, Say);
            await storm.RageAsync(_kills);

            Assert.Empty(storm.Changed);
            Assert.True(storm.Seen > _kills, $"Only {storm.Seen} blobs were there to be changed.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("DPSYNTH_STORM_LOG") is { Length: > 0 } log)
        {
            File.AppendAllText(log, line + Environment.NewLine);
        }
    }
}
