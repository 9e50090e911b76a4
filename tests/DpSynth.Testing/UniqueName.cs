namespace DpSynth.Testing;

/// <summary>Names by which tests over one store keep apart.</summary>
public static class UniqueName
{
    public static string Of(string stem) => $"{stem}-{Guid.NewGuid():N}";
}
