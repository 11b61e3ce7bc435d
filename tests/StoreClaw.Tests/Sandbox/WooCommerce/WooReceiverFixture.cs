namespace StoreClaw.Tests.Sandbox.WooCommerce;

/// <summary>The site, and somebody it delivers to.</summary>
public abstract class WooReceiverFixture : WooFixture
{
    private protected WooReceiver Receiver { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Receiver = await WooReceiver.StartAsync();
    }

    public override async Task DisposeAsync()
    {
        await Receiver.DisposeAsync();
        await base.DisposeAsync();
    }
}
