namespace DpSynth.Testing.InMemory;

/// <summary>Answers of stores in memory: like a service's, they come as tasks, and none comes to somebody who has given up.</summary>
internal static class Answer
{
    public static Task<T> To<T>(this CancellationToken cancellationToken, Func<T> answer)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        try
        {
            return Task.FromResult(answer());
        }
#pragma warning disable CA1031 // It is not swallowed: whoever awaits the task gets it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Task.FromException<T>(exception);
        }
    }

    public static Task To(this CancellationToken cancellationToken, Action act) => To<object?>(
        cancellationToken,
        () =>
        {
            act();
            return null;
        });
}
