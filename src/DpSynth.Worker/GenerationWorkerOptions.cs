namespace DpSynth.Worker;

/// <summary>How a worker takes its jobs; configuration section <c>Worker</c>.</summary>
public sealed class GenerationWorkerOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Worker";

    /// <summary>What <see cref="IsValid"/> asks.</summary>
    public const string Rule =
        "Worker: Concurrency must be 1 to 32, MaxDequeueCount at least 1, RenewEvery above zero and below Lease, which is one second to seven days, "
            + "DrainTimeout zero to ten minutes, and HealthPort, if set, 1 to 65535.";

    /// <summary>Jobs at work at once.</summary>
    /// <value>2.</value>
    public int Concurrency { get; set; } = 2;

    /// <summary>How long a job is hidden from other workers without a sign of life from this one.</summary>
    /// <value>60 seconds.</value>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the lease is renewed while a job is at work.</summary>
    /// <value>20 seconds.</value>
    public TimeSpan RenewEvery { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How often a job is tried before its run is told that it cannot be done.</summary>
    /// <value>5.</value>
    public int MaxDequeueCount { get; set; } = 5;

    /// <summary>How long a job that failed waits for its next try.</summary>
    /// <value>2 seconds.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the worker waits when the queue is empty: from this on, doubling up to <see cref="LongestPause"/>.</summary>
    /// <value>100 milliseconds.</value>
    public TimeSpan ShortestPause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait when the queue stays empty.</summary>
    /// <value>2 seconds.</value>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long jobs at work may go on once the worker is told to stop; then they go back to the queue.</summary>
    /// <value>35 seconds.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(35);

    /// <summary>
    /// What a worker needs from the word to stop to its end at most: <see cref="DrainTimeout"/>, and time to put jobs back and to send measurements.
    /// </summary>
    public TimeSpan ShutdownTimeout => DrainTimeout + TimeSpan.FromSeconds(20);

    /// <summary>The port on which the health probes are answered; null for none.</summary>
    /// <value>null; the container images set 8080.</value>
    public int? HealthPort { get; set; }

    /// <summary>Whether probes are answered to this machine only.</summary>
    /// <value>false.</value>
    public bool HealthOnLoopback { get; set; }

    /// <summary>The model that is loaded before the first job; null for none.</summary>
    public string? WarmModel { get; set; }

    /// <summary>Whether all is in its range.</summary>
    public bool IsValid =>
        Concurrency is >= 1 and <= 32
        && MaxDequeueCount >= 1
        && Lease >= TimeSpan.FromSeconds(1) && Lease <= TimeSpan.FromDays(7)
        && RenewEvery > TimeSpan.Zero && RenewEvery < Lease
        && DrainTimeout >= TimeSpan.Zero && DrainTimeout <= TimeSpan.FromMinutes(10)
        && HealthPort is null or (>= 1 and <= 65535);
}
