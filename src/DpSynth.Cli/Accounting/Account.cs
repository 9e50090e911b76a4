using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Accounting;

/// <summary>Asks the accountants; a question that none can answer is a usage error.</summary>
internal static class Account
{
    /// <summary>ε of events.</summary>
    /// <exception cref="CommandException">The accountant does not cover the events, or they are out of its range.</exception>
    public static EpsilonBound Epsilon(IReadOnlyCollection<PrivacyEvent> events, double delta, Adjacency adjacency, AccountantKind accountant) =>
        Try(() => PrivacyAccountant.Epsilon(events, delta, adjacency, accountant));

    /// <summary>Asks something.</summary>
    /// <exception cref="CommandException">There is no answer; the message says why.</exception>
    public static T Try<T>(Func<T> question)
    {
        try
        {
            return question();
        }
        catch (Exception fault) when (fault is NotSupportedException or ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, fault.Message);
        }
    }
}
