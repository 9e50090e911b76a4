namespace DpSynth.Worker.Health;

/// <summary>What a worker's probes are told. Thread-safe.</summary>
internal sealed class WorkerHealth
{
    private volatile bool _reachesStorage;
    private volatile bool _isWarm;
    private volatile bool _isStopping;

    /// <summary>Whether the queue answered when it was last asked.</summary>
    public bool ReachesStorage
    {
        get => _reachesStorage;
        set => _reachesStorage = value;
    }

    /// <summary>Whether the model to be kept warm is loaded, or none is named.</summary>
    public bool IsWarm
    {
        get => _isWarm;
        set => _isWarm = value;
    }

    /// <summary>Whether the worker takes no more jobs.</summary>
    public bool IsStopping
    {
        get => _isStopping;
        set => _isStopping = value;
    }

    /// <summary>Why the worker is not ready, in a few words; null if it is.</summary>
    public string? Unreadiness =>
        IsStopping ? "stopping" : !IsWarm ? "the model is not loaded" : !ReachesStorage ? "the exchange account does not answer" : null;
}
