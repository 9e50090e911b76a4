namespace DpSynth.ImageServer.Faults;

/// <summary>Which answers go wrong, and how. Thread-safe.</summary>
public abstract class FaultPlan
{
    /// <summary>Nothing goes wrong.</summary>
    public static FaultPlan None { get; } = new Chosen(static _ => null);

    /// <summary>The fault of a request; null for a sound answer.</summary>
    /// <param name="number">The request's number, from 1.</param>
    public abstract ServerFault? Next(long number);

    /// <summary>A plan by the request's number.</summary>
    public static FaultPlan Of(Func<long, ServerFault?> choose) => new Chosen(choose);

    /// <summary>A share of all answers goes wrong, each kind equally often, at random.</summary>
    /// <param name="share">0 to 1.</param>
    /// <param name="kinds">The kinds.</param>
    /// <param name="seed">The same seed gives the same plan.</param>
    public static FaultPlan Random(double share, IReadOnlyList<ServerFault> kinds, int seed)
    {
        var gate = new Lock();
        var random = new Random(seed);
        return new Chosen(_ =>
        {
            lock (gate)
            {
                return random.NextDouble() < share ? kinds[random.Next(kinds.Count)] : null;
            }
        });
    }

    private sealed class Chosen(Func<long, ServerFault?> choose) : FaultPlan
    {
        public override ServerFault? Next(long number) => choose(number);
    }
}
