namespace DpSynth.Models.Schedulers;

/// <summary>A scheduler as people name it: its kind, and for DPM-Solver++ and Euler whether the noise levels follow Karras.</summary>
/// <param name="Kind">The sampler.</param>
/// <param name="KarrasSigmas">Null: as the folder's configuration says.</param>
public readonly record struct SchedulerName(SchedulerKind Kind, bool? KarrasSigmas)
{
    private static readonly (string Text, SchedulerName Name)[] Known =
    [
        ("ddim", new(SchedulerKind.Ddim, null)),
        ("euler", new(SchedulerKind.Euler, null)),
        ("euler-karras", new(SchedulerKind.Euler, true)),
        ("euler-ancestral", new(SchedulerKind.EulerAncestral, null)),
        ("dpm-solver++", new(SchedulerKind.DpmSolver, null)),
        ("dpm-solver++-karras", new(SchedulerKind.DpmSolver, true)),
        ("pndm", new(SchedulerKind.Pndm, null)),
        ("lcm", new(SchedulerKind.Lcm, null)),
    ];

    /// <summary>Every name there is.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Known.Select(entry => entry.Text)];

    /// <summary>Reads a name.</summary>
    /// <exception cref="ArgumentException">There is no such scheduler; the message names those that there are.</exception>
    public static SchedulerName Parse(string text)
    {
        foreach (var (known, name) in Known)
        {
            if (known == text)
            {
                return name;
            }
        }

        throw new ArgumentException($"There is no scheduler '{text}'; there are {string.Join(", ", All)}.", nameof(text));
    }
}
