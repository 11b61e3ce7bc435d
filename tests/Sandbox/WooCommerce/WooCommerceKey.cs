namespace StoreClaw.Sandbox.WooCommerce;

public enum WooCommercePermission
{
    Read,
    Write,
    ReadWrite,
}

/// <summary>What the WordPress user may do whom a key belongs to.</summary>
public enum WooCommerceRole
{
    Administrator,
    ShopManager,

    /// <summary>Logged in, but without any right on the shop.</summary>
    Customer,
}

public sealed record WooCommerceKey(
    int Id, string ConsumerKey, string ConsumerSecret, WooCommercePermission Permission, WooCommerceRole Role, string Description)
{
    /// <summary>As the API and wc-auth word it.</summary>
    public string PermissionName => Permission switch
    {
        WooCommercePermission.Read => "read",
        WooCommercePermission.Write => "write",
        _ => "read_write",
    };

    public bool MayRead => Permission != WooCommercePermission.Write;

    public bool MayWrite => Permission != WooCommercePermission.Read;

    public bool MayManage => Role != WooCommerceRole.Customer;

    /// <summary>As the settings page shows it: the last seven characters.</summary>
    public override string ToString() => $"key {Id} (...{ConsumerKey[^7..]})";
}
