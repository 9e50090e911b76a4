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
}
