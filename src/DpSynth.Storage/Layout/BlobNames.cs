using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DpSynth.Storage.Layout;

/// <summary>Makes one part of a blob name out of any text.</summary>
public static class BlobNames
{
    private const int MaximumLength = 120;

    /// <summary>
    /// The text itself if it consists of ASCII letters, digits, <c>-</c>, <c>_</c> and inner dots. Other bytes of its UTF-8 form
    /// become <c>~</c> and two hexadecimal digits, so different texts never share a name; what would be longer than 120 characters is
    /// cut and ends in a part of its SHA-256.
    /// </summary>
    public static string Segment(string text)
    {
        var name = new StringBuilder(text.Length);
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < bytes.Length; i++)
        {
            var character = (char)bytes[i];
            var isInnerDot = character == '.' && i > 0 && i < bytes.Length - 1 && bytes[i - 1] != '.';
            if (char.IsAsciiLetterOrDigit(character) || character is '-' or '_' || isInnerDot)
            {
                name.Append(character);
            }
            else
            {
                name.Append('~').Append(bytes[i].ToString("x2", CultureInfo.InvariantCulture));
            }
        }

        if (name.Length == 0)
        {
            return "~";
        }

        return name.Length <= MaximumLength
            ? name.ToString()
            : $"{name.ToString(0, MaximumLength - 33)}~{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}";
    }
}
