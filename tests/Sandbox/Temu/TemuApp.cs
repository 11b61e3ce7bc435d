namespace StoreClaw.Sandbox.Temu;

/// <summary>What the partner platform shows of an app; it is registered in one region.</summary>
/// <param name="Region">US, EU or GLOBAL.</param>
/// <param name="Redirect">Where sellers' browsers are sent back to.</param>
public sealed record TemuApp(string Key, string Secret, string Region, Uri? Redirect = null)
{
    /// <summary>The events it is subscribed to.</summary>
    public IReadOnlyList<string> Events { get; init; } =
        ["bg_open_event_test", "bg_order_status_change_event", "bg_trade_logistics_address_changed", "bg_aftersales_status_change", "bg_cancel_order_status_change"];

    internal string ApiHost => $"openapi-b-{Region.ToLowerInvariant()}.temu.com";

    internal int RegionId => Region switch { "US" => 211, "EU" => 76, _ => 128 };
}

/// <summary>What the platform answers instead of doing it.</summary>
internal sealed class TemuRefusalException(int code, string message) : Exception(message)
{
    public int Code => code;

    public static TemuRefusalException Parameter(string detail) => new(3000000, $"Invalid parameter: {detail}");
}
