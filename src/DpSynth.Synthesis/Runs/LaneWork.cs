namespace DpSynth.Synthesis.Runs;

/// <summary>
/// Works through the private shards of a lane. How many lanes there are is public; how many shards a lane has is not, so that one call does as
/// many as it may take time for, and is called again for the rest.
/// </summary>
internal static class LaneWork
{
    /// <summary>How long one call goes on to further shards: well below what a function app lets an activity take.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(5);

    /// <summary>Does the work of shard after shard; of one that is done already it has to find that out by itself.</summary>
    /// <returns>Whether all shards are done.</returns>
    public static async Task<bool> DoAsync(IEnumerable<int> shards, Func<int, Task> work)
    {
        var began = TimeProvider.System.GetTimestamp();
        foreach (var shard in shards)
        {
            if (TimeProvider.System.GetElapsedTime(began) > _longest)
            {
                return false;
            }

            await work(shard);
        }

        return true;
    }
}
