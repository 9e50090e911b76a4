using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DpSynth.LocalHost.Durable;

/// <summary>Version-5 (SHA-1) GUIDs of RFC 9562, section 5.5, in the namespace that Durable Task uses.</summary>
internal static class DeterministicGuid
{
    private static readonly Guid _namespace = new("9e952958-5e33-4daf-827f-2fa12937b875");

    /// <summary>The GUID of the n-th request, counted from 0, of an instance at a time.</summary>
    public static Guid Create(string instanceId, DateTime now, int counter)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{instanceId}_{now:o}_{counter}");
        byte[] data = [.. _namespace.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)];
#pragma warning disable CA5350 // The version-5 format is defined by SHA-1; nothing secret depends on it.
        var hash = SHA1.HashData(data).AsSpan(0, 16);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
