using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;

namespace StoreClaw.Common;

/// <summary>A host resolves to an address that must not be called.</summary>
public sealed class AddressRefusedException(string host) : IOException($"{host} leads to an address that is not on the public internet. Enter the public one.");

/// <summary>
/// Keeps calls to addresses that others typed away from our own network. The check is made on the very address the socket connects to, so a
/// name that resolves differently a second time gains nothing.
/// </summary>
/// <param name="resolve">Name to addresses; an address in text form resolves to itself.</param>
public sealed class AddressGuard(Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    // IANA's special-purpose registries, less what is of no use to a caller of public services. 168.63.129.16 is Azure's platform
    // channel: a public number that answers inside a virtual machine only.
    private static readonly IPNetwork[] Refused =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public AddressGuard()
        : this(Dns.GetHostAddressesAsync)
    {
    }

    /// <summary>Whether an address belongs to the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }
        else if (Nat64.Contains(address))
        {
            address = new IPAddress(address.GetAddressBytes().AsSpan(12));
        }

        return (address.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(address))
            && !Array.Exists(Refused, network => network.Contains(address));
    }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>: resolves, checks every address, connects to the checked ones.</summary>
    /// <exception cref="AddressRefusedException">One of them is not public.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The returned stream owns the socket.")]
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await resolve(context.DnsEndPoint.Host, cancellationToken);
        if (addresses.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        if (!Array.TrueForAll(addresses, IsPublic))
        {
            throw new AddressRefusedException(context.DnsEndPoint.Host);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
