using System.Net;
using System.Net.Sockets;

namespace DpSynth.Functions.Webhooks;

/// <summary>Tells addresses on the public internet from those of this machine, its network and its platform.</summary>
internal static class PublicAddress
{
    /// <summary>What IANA's special-purpose registries reserve (RFC 6890 and its successors), and Azure's own service address.</summary>
    private static readonly IPNetwork[] _reserved =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    /// <summary>All that IPv6 has handed out as global addresses.</summary>
    private static readonly IPNetwork _global = IPNetwork.Parse("2000::/3");

    /// <summary>Whether an address is public.</summary>
    public static bool Is(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (plain.AddressFamily == AddressFamily.InterNetwork || _global.Contains(plain))
            && !_reserved.Any(network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }
}
