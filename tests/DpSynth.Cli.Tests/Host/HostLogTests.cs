using DpSynth.Cli.Host;
using Microsoft.Extensions.Logging;

namespace DpSynth.Cli.Tests.Host;

public sealed class HostLogTests
{
    [Fact]
    public void Log_is_readable_by_its_owner_only_whoever_could_read_the_last_one()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(folder.FullName, HostLog.FileName);
            File.WriteAllText(path, "an earlier host's");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            using (var log = new HostLog(folder.FullName))
            {
                log.CreateLogger("test").LogInformation("Begun.");
            }

            Assert.EndsWith("Information test: Begun.", File.ReadAllText(path).TrimEnd(), StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Log_of_a_host_stays_when_the_next_one_begins_and_when_it_has_grown_large()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            for (var host = 1; host <= 12; host++)
            {
                using var log = new HostLog(folder.FullName);
                log.CreateLogger("test").LogInformation("Host {Host}.", host);
            }

            string Read(string name) => File.ReadAllText(Path.Combine(folder.FullName, name)).TrimEnd()[^8..].Trim();
            Assert.Equal(
                ["Host 12.", "Host 11.", "Host 10.", "Host 9."], new[] { "host.log", "host.1.log", "host.2.log", "host.3.log" }.Select(Read));
            Assert.Equal("Host 3.", Read("host.9.log"));
            Assert.Equal(10, folder.GetFiles().Length);

            using var large = new HostLog(folder.FullName, large: 100);
            foreach (var line in Enumerable.Range(1, 5))
            {
                large.CreateLogger("test").LogInformation("Line {Line} {Filling}.", line, new string('.', 100));
            }

            Assert.Contains("Line 5", File.ReadAllText(Path.Combine(folder.FullName, "host.log")), StringComparison.Ordinal);
            Assert.Contains("Line 4", File.ReadAllText(Path.Combine(folder.FullName, "host.1.log")), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
