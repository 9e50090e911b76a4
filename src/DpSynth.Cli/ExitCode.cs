namespace DpSynth.Cli;

/// <summary>How a command ends, for scripts. Documented in <c>docs/cli.md</c>.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>Something broke, or a run failed or was cancelled.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the input is wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Refused: the dataset or its budget does not allow it.</summary>
    public const int Refused = 3;

    /// <summary>There is no such dataset, run or release.</summary>
    public const int NotFound = 4;

    /// <summary>Interrupted by Ctrl+C (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
