using DpSynth.Privacy.Auditing;

namespace DpSynth.Cli.Audit.Runs;

/// <summary>Guesses from scores which canaries are in the dataset.</summary>
internal static class CanaryGuesses
{
    /// <summary>Guesses "in" for the half of the guesses with the highest scores and "out" for the half with the lowest; abstains between.</summary>
    /// <param name="canaries">A score and the truth for each.</param>
    /// <param name="guesses">r, even and at most the number of canaries.</param>
    public static OneRunAudit Check(IReadOnlyList<(double Score, bool Included)> canaries, int guesses)
    {
        var ranked = canaries.OrderByDescending(canary => canary.Score).ToList();
        var correct = ranked.Take(guesses / 2).Count(canary => canary.Included) + ranked.TakeLast(guesses / 2).Count(canary => !canary.Included);
        return new OneRunAudit(canaries.Count, guesses, correct);
    }
}
