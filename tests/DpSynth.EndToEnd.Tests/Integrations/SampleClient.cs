using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Identity;

namespace DpSynth.EndToEnd.Tests.Integrations;

/// <summary>The client that docs/integrations.md shows, so that it compiles and is run.</summary>
internal static class SampleClient
{
    // <sample client>
    /// <summary>Signs an HttpClient in; its BaseAddress is the app's, such as https://func-dpsynth-x.azurewebsites.net.</summary>
    public static async Task SignInAsync(HttpClient http, string appId)
    {
        var token = await new DefaultAzureCredential().GetTokenAsync(new TokenRequestContext([$"api://{appId}/.default"]));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
    }

    /// <summary>Asks for a run and waits until it has ended; returns its last status.</summary>
    public static async Task<JsonElement> RunAsync(HttpClient http, string request)
    {
        using var accepted = await http.PostAsync("api/runs", new StringContent(request, Encoding.UTF8, "application/json"));
        if (!accepted.IsSuccessStatusCode)
        {
            var problem = await accepted.Content.ReadFromJsonAsync<JsonElement>();
            throw new InvalidOperationException(problem.GetProperty("detail").GetString());
        }

        while (true)
        {
            var run = await http.GetFromJsonAsync<JsonElement>(accepted.Headers.Location);
            if (run.GetProperty("state").GetString() is not ("pending" or "running"))
            {
                return run;
            }

            await Task.Delay(TimeSpan.FromSeconds(2));
        }
    }
    // </sample client>

    // <sample verify>
    /// <summary>Whether a call of a webhook comes from the installation that holds the secret, and is not an old one sent again.</summary>
    public static bool IsGenuine(string secret, string id, string timestamp, string signature, byte[] body)
    {
        var key = Convert.FromBase64String(secret.Replace("whsec_", ""));
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = Encoding.UTF8.GetBytes($"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}");
        var age = DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp));
        return age.Duration() < TimeSpan.FromMinutes(5) && CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature));
    }
    // </sample verify>
}
