using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Tests.Connectors.Http;

public sealed class ConnectorServicesTests
{
    [Fact]
    public async Task Everything_is_registered_and_one_for_all()
    {
        await using var services = Services(("Connectors:shopify:BaseUrl", "http://127.0.0.1:9/"));

        Assert.Same(services.GetRequiredService<PlatformClient>(), services.GetRequiredService<PlatformClient>());
        Assert.Equal(ConnectorRegistry.All, services.GetRequiredService<ConnectorRegistry>().Connectors);
        var transport = services.GetRequiredService<PlatformTransport>();
        Assert.Equal("http://127.0.0.1:9/admin/oauth/authorize?x=1", transport.Address("shopify", new Uri("https://some-shop.myshopify.com/admin/oauth/authorize?x=1")).AbsoluteUri);
        Assert.Equal("https://some-shop.myshopify.com/", transport.Address("other", new Uri("https://some-shop.myshopify.com/")).AbsoluteUri);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("127.0.0.1:9")]
    public async Task A_base_url_that_is_none_is_named(string url)
    {
        await using var services = Services(("Connectors:shopify:BaseUrl", url));

        var exception = Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<PlatformTransport>().BaseUrl("shopify"));
        Assert.Contains("Connectors:shopify:BaseUrl", exception.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value)).Build())
        .AddSingleton(TimeProvider.System)
        .AddSingleton<Randomness, SystemRandomness>()
        .AddSingleton<ITokenRefresher, NoRefresher>()
        .AddSingleton<IBucketStore, BucketMemory>()
        .AddConnectors()
        .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

    private sealed class NoRefresher : ITokenRefresher
    {
        public Task RefreshAsync(Connector connector, StoreSession store, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
