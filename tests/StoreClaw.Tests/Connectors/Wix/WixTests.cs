using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Wix;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Wix;

namespace StoreClaw.Tests.Connectors.Wix;

public sealed class WixCatalogV1Tests() : WixTests(WixCatalogVersion.V1);

public sealed class WixCatalogV3Tests() : WixTests(WixCatalogVersion.V3);

/// <summary>The contract over the simulated Wix, on a site of either catalog version, and what only Wix does.</summary>
public abstract partial class WixTests(WixCatalogVersion catalog) : ConnectorContract(WixConnector.Instance)
{
    private SimulatedWix Wix => (SimulatedWix)Platform;

    protected override bool RegistersByApi => false;

    protected override bool SignsInAHeader => false;

    /// <summary>The callback is signed with the app's secret, so a wrong one is found before any call.</summary>
    [Fact]
    public override async Task Wrong_keys_are_called_so()
    {
        var store = await ConnectAsync();
        var wrong = new Dictionary<string, Secret>(store.Secrets) { ["clientSecret"] = new("not-the-secret-of-this-app-0000000") };
        var session = Pipeline.Session(Connector, store.Store, wrong);

        Assert.Contains("App Secret Key", Connector.Authorization.CheckCallback(session, await CallbackAsync(session), Time.GetUtcNow()), StringComparison.Ordinal);
        Assert.Equal(FaultKind.CredentialsRejected, (await Pipeline.FaultOfAsync(() => Connector.Authorization.RefreshAsync(session, Time.GetUtcNow(), CancellationToken.None))).Kind);
    }

    protected override async Task<ISimulatedPlatform> StartPlatformAsync(SimStore shop, TimeProvider time) => await SimulatedWix.StartAsync(shop, time, catalog);

    private async Task<CallbackInput> CallbackAsync(StoreSession store)
    {
        var callback = new Uri("https://storeclaw.example/oauth/wix/callback");
        var back = await Platform.ApproveAsync(Connector.Authorization.AuthorizeUrl(store, new BrowserStart("st4te", callback, "")));
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(back.Query).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()));
        return new CallbackInput([.. query], default, callback, "");
    }
}
