using System.Net;
using System.Net.Sockets;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Tests.Connectors.Http;

/// <summary>The address check on real sockets: what a name resolves to decides, at the moment of connecting.</summary>
public sealed class AddressRuleTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("1.1.1.1", "10.0.0.1")]
    [InlineData("::1")]
    public async Task A_name_that_leads_inside_is_not_connected_to(params string[] addresses)
    {
        var fault = await CallAsync("https://shop.test.example/", (_, _) => Task.FromResult(Array.ConvertAll(addresses, IPAddress.Parse)));

        Assert.Equal(FaultKind.AddressRefused, fault.Kind);
    }

    [Theory]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f.1/")]
    [InlineData("https://localhost/")]
    public async Task Neither_is_an_address_in_any_spelling(string url)
    {
        var fault = await CallAsync(url, Dns.GetHostAddressesAsync);

        Assert.Equal(FaultKind.AddressRefused, fault.Kind);
    }

    [Fact]
    public async Task A_name_is_checked_again_at_each_call()
    {
        var resolved = 0;
        var fault = await CallAsync("https://shop.test.example/", (_, _) =>
        {
            resolved++;
            return resolved == 1 ? throw new SocketException((int)SocketError.TryAgain) : Task.FromResult(new[] { IPAddress.Loopback });
        });

        Assert.Equal((FaultKind.AddressRefused, 2), (fault.Kind, resolved));
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_unreachable()
    {
        var fault = await CallAsync("https://shop.test.example/", static (_, _) => Task.FromResult(Array.Empty<IPAddress>()));

        Assert.Equal((FaultKind.Unreachable, PlatformTransport.NotReached), (fault.Kind, fault.Code));
    }

    private static async Task<PlatformFault> CallAsync(string url, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        using var pipeline = new Pipeline("test", null, new SkippingTime(DateTimeOffset.UnixEpoch), guard: new AddressGuard(resolve));
        var store = pipeline.Session(TestPlatform.Connector(), "a store", TestPlatform.Secrets("token"));
        return await pipeline.FaultOfAsync(() => store.SendAsync(PlatformRequest.Get(url), CancellationToken.None));
    }
}
