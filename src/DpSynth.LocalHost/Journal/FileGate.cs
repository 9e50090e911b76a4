namespace DpSynth.LocalHost.Journal;

/// <summary>Lets one writer through at a time, of this process and of all others; the system opens the gate when a process dies in it.</summary>
internal sealed class FileGate(string path) : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _mine = new(1, 1);

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _mine.WaitAsync(cancellationToken);
        try
        {
            for (var deadline = Environment.TickCount64 + (long)_patience.TotalMilliseconds; ;)
            {
                try
                {
                    return new Turn(this, new FileStream(path, PrivateFile.Options(FileMode.OpenOrCreate)));
                }
                catch (IOException) when (Environment.TickCount64 < deadline && File.Exists(path))
                {
                    await Task.Delay(2, cancellationToken);
                }
            }
        }
        catch
        {
            _mine.Release();
            throw;
        }
    }

    public void Dispose() => _mine.Dispose();

    private sealed class Turn(FileGate gate, FileStream file) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            gate._mine.Release();
        }
    }
}
