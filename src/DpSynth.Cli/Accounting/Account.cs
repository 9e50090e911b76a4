using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Accounting;

/// <summary>Asks the accountants; a question that none can answer is a usage error.</summary>
internal static class Account
{
    /// <summary>ε of events.</summary>
    /// <exception cref="CommandException">The accountant does not cover the events, or they are out of its range.</exception>
    public static EpsilonBound Epsilon(IReadOnlyCollection<PrivacyEvent> events, double delta, Adjacency adjacency, AccountantKind accountant)
    {
        try
        {
            return PrivacyAccountant.Epsilon(events, delta, adjacency, accountant);
        }
        catch (Exception fault) when (fault is NotSupportedException or ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, fault.Message);
        }
    }
}
