namespace DpSynth.Models.Schedulers;

/// <summary>Which of the training timesteps a shorter schedule visits (Lin et al., arXiv 2305.08891, table 2).</summary>
public enum TimestepSpacing
{
    /// <summary>Multiples of ⌊N/n⌋ from 0, plus an offset.</summary>
    Leading,

    /// <summary>Evenly from 0 to N − 1, both included.</summary>
    Linspace,

    /// <summary>Multiples of N/n down from N, less one.</summary>
    Trailing,
}
