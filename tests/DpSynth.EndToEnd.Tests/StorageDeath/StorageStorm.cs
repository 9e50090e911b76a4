using System.Net;
using System.Text;
using DpSynth.EndToEnd.Tests.Runs;
using DpSynth.Numerics;
using DpSynth.Testing;

namespace DpSynth.EndToEnd.Tests.StorageDeath;

/// <summary>
/// Kills the emulator again and again in the moments after a measurement, a parent list or an end became readable, goes on, and compares what
/// could be read before with what can be read then.
/// </summary>
internal sealed class StorageStorm(string folder, ulong seed, Action<string> say)
{
    private const int Iterations = 3;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private SeededRandom random = new(seed);
    private readonly Sights sights = new();
    private readonly SortedDictionary<string, int> figures = new(StringComparer.Ordinal);
    private int runs;
    private string run = "";

    /// <summary>What the storm found changed: its kind, and how often.</summary>
    public IReadOnlyDictionary<string, int> Changed => figures;

    /// <summary>How many blobs were read before a kill and compared after it.</summary>
    public int Seen => sights.Count;

    /// <summary>Kills so often.</summary>
    public async Task RageAsync(int kills)
    {
        await PrepareAsync();
        var hits = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            await using var host = await EmulatedHost.StartAsync(folder);
            var changed = await sights.CompareAsync(host);
            hits += changed.Count > 0 ? 1 : 0;
            foreach (var (kind, blob) in changed)
            {
                figures[kind] = figures.GetValueOrDefault(kind) + 1;
                say($"kill {kill}: {kind} {blob}");
            }

            using var client = new HttpClient { BaseAddress = host.Endpoint };
            if (run.Length == 0 || await HasEndedAsync(host) || await IsForgottenAsync(client))
            {
                await SubmitAsync(client);
            }

            var aim = random.NextInt(4);
            if (aim < 3)
            {
                await WaitForAsync(host, aim);
            }

            await sights.LookAsync(host, run);
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextInt(400)));
            await host.KillStorageAsync(TimeSpan.FromMilliseconds(random.NextInt(300)));
            say($"kill {kill + 1} of {kills}, aim {aim}, run {run}, {sights.Count} blobs seen, {hits} kills changed something: "
                + string.Join(", ", figures.Select(figure => $"{figure.Key} {figure.Value}")));
        }

        await using var last = await EmulatedHost.StartAsync(folder);
        foreach (var (kind, blob) in await sights.CompareAsync(last))
        {
            figures[kind] = figures.GetValueOrDefault(kind) + 1;
            say($"at the end: {kind} {blob}");
        }

        await WaitForAsync(last, aim: 2);
        say($"{kills} kills, {runs} runs, {sights.Count} blobs seen, {hits} kills changed something.");
    }

    private async Task<bool> IsForgottenAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri($"api/runs/{run}", UriKind.Relative));
        var isForgotten = answer.StatusCode == HttpStatusCode.NotFound;
        if (isForgotten)
        {
            figures["404 after 202"] = figures.GetValueOrDefault("404 after 202") + 1;
        }

        return isForgotten;
    }

    /// <summary>Uploads a dataset and gives it budget enough, and has all of it saved.</summary>
    private async Task PrepareAsync()
    {
        await using var host = await EmulatedHost.StartAsync(folder);
        await host.PrivateAccount.EnsureCreatedAsync(default);
        await host.ExchangeAccount.EnsureCreatedAsync(default);
        await SmallDataset.UploadAsync(host.PrivateAccount.Data, "stormy", imagesPerClass: 8);
        await host.Ledger.ApproveAsync("stormy", SmallDataset.PolicyOf(), epsilon: 100_000);
        await host.KillHostAsync();
    }

    private async Task SubmitAsync(HttpClient client)
    {
        run = $"stormy-{++runs:D3}";
        using var request = new StringContent(SmallDataset.Request(run, "stormy", iterations: Iterations, population: 60), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("api/runs", UriKind.Relative), request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private async Task<bool> HasEndedAsync(EmulatedHost host) => await host.ExchangeAccount.Requests.GetBlobClient($"ended/{run}.json").ExistsAsync();

    /// <summary>Waits until one more measurement or parent list than now, or the end, can be read; an end ends every wait.</summary>
    private async Task WaitForAsync(EmulatedHost host, int aim)
    {
        var there = await CountAsync(host, aim);
        for (var deadline = DateTime.UtcNow + _patience; DateTime.UtcNow < deadline; await Task.Delay(10))
        {
            if (await HasEndedAsync(host) || (aim < 2 && await CountAsync(host, aim) > there))
            {
                return;
            }
        }

        throw new TimeoutException($"The run {run} did not go on after the storage had died.");
    }

    private async Task<int> CountAsync(EmulatedHost host, int aim)
    {
        var (container, prefix, suffix) = aim == 0 ? ("private-work", $"{run}/released/", ".npy") : ("candidates", $"runs/{run}/generation-", "/parents.npy");
        var count = 0;
        await foreach (var blob in host.Container(container).GetBlobsAsync(new() { Prefix = prefix }))
        {
            count += blob.Name.EndsWith(suffix, StringComparison.Ordinal) ? 1 : 0;
        }

        return count;
    }
}
