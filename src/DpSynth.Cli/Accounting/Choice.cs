using DpSynth.Synthesis.Requests;

namespace DpSynth.Cli.Accounting;

/// <summary>A word out of a few.</summary>
internal static class Choice
{
    /// <summary>Finds what a word stands for.</summary>
    /// <param name="option">The option that took the word.</param>
    /// <param name="word">What was typed.</param>
    /// <param name="choices">The words and what they stand for.</param>
    /// <exception cref="CommandException">The word is none of them; the message names the nearest one.</exception>
    public static T Read<T>(string option, string word, IReadOnlyList<(string Word, T Meaning)> choices)
    {
        foreach (var choice in choices)
        {
            if (choice.Word == word)
            {
                return choice.Meaning;
            }
        }

        var (nearest, distance) = choices
            .Select(choice => (choice.Word, Distance: EditDistance.Between(word.ToLowerInvariant(), choice.Word)))
            .MinBy(candidate => candidate.Distance);
        var suggestion = distance <= 1 + (nearest.Length / 3) ? $"; did you mean '{nearest}'?" : ".";
        throw new CommandException(
            ExitCode.Usage, $"{option} is '{word}', which is none of {string.Join(", ", choices.Select(choice => choice.Word))}{suggestion}");
    }
}
