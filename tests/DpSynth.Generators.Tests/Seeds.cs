using DpSynth.Numerics;

namespace DpSynth.Generators.Tests;

internal static class Seeds
{
    internal static ulong[] Of(int count, ulong root) => [.. Enumerable.Range(0, count).Select(i => SeededRandom.Derive(root, (ulong)i))];
}
