namespace DpSynth.Testing.Contracts;

/// <summary>Calls whose caller has given up before they begin.</summary>
internal static class Stopped
{
    /// <summary>Holds that each call ends as cancelled.</summary>
    public static async Task CallsAsync(params IReadOnlyList<Func<CancellationToken, Task>> calls)
    {
        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call(new CancellationToken(canceled: true)));
        }
    }
}
