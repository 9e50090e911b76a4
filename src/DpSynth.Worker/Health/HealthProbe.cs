using Microsoft.Extensions.Configuration;

namespace DpSynth.Worker.Health;

/// <summary>
/// Asks the worker of this container whether it lives: images have no other program that could. Called as <c>DpSynth.Worker health</c>.
/// </summary>
internal static class HealthProbe
{
    /// <summary>The argument that asks for it.</summary>
    public const string Argument = "health";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>0 if the worker answers, 1 if it does not or no port is set.</summary>
    public static async Task<int> RunAsync()
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().Build().GetSection(GenerationWorkerOptions.SectionName);
        if (settings.Get<GenerationWorkerOptions>()?.HealthPort is not { } port)
        {
            return 1;
        }

        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://localhost:{port}{HealthServer.LivePath}"));
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return 1;
        }
    }
}
