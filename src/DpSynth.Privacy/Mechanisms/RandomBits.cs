using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>
/// Random bits from buffered random bytes. Each word is wiped as it is taken, the rest on disposal: the noise of a measurement cannot be
/// recomputed from memory read later. Not thread-safe.
/// </summary>
/// <param name="bytes">The generator.</param>
/// <param name="words">How many 64-bit words to take from the generator at a time, at least 1.</param>
internal sealed class RandomBits(IRandomBytes bytes, int words = 512) : IDisposable
{
    // Pinned, so that the garbage collector leaves no copies behind.
    private readonly ulong[] _buffer = GC.AllocateArray<ulong>(words, pinned: true);
    private int _next = words;
    private ulong _word;
    private int _left;

    /// <summary>A uniform number of the given number of bits.</summary>
    /// <param name="count">0 to 64.</param>
    public ulong Next(int count)
    {
        if (count == 0)
        {
            return 0;
        }

        // What is left of a word that is too short for a draw is thrown away: bits are cheaper than putting two parts together.
        if (_left < count)
        {
            _word = NextWord();
            _left = 64;
        }

        var value = _word & (ulong.MaxValue >> (64 - count));
        _word >>= count;
        _left -= count;
        return value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_buffer.AsSpan()));
        (_word, _left, _next) = (0, 0, _buffer.Length);
    }

    private ulong NextWord()
    {
        if (_next == _buffer.Length)
        {
            bytes.Fill(MemoryMarshal.AsBytes(_buffer.AsSpan()));
            _next = 0;
        }

        var word = _buffer[_next];
        _buffer[_next++] = 0;
        return word;
    }
}
