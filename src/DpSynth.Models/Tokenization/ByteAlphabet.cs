using System.Text;

namespace DpSynth.Models.Tokenization;

/// <summary>
/// The alphabet of byte-level byte-pair encoding (GPT-2, Radford et al. 2019): every byte as one visible character. Bytes that are
/// visible in Latin-1 stand for themselves, the others take the characters from U+0100 on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Make();

    /// <summary>A text's UTF-8 bytes, one character each.</summary>
    public static string Spell(string text) => string.Create(Encoding.UTF8.GetByteCount(text), text, static (characters, text) =>
    {
        Span<byte> bytes = characters.Length <= 256 ? stackalloc byte[characters.Length] : new byte[characters.Length];
        Encoding.UTF8.GetBytes(text, bytes);
        for (var i = 0; i < bytes.Length; i++)
            characters[i] = Characters[bytes[i]];
    });

    private static char[] Make()
    {
        var characters = new char[256];
        var next = 256;
        for (var value = 0; value < characters.Length; value++)
        {
            var visible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = (char)(visible ? value : next++);
        }

        return characters;
    }
}
