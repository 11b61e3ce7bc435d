namespace StoreClaw.Connectors.SellerSprite;

/// <summary>The ordinary facts of SellerSprite; the README beside it names their sources.</summary>
internal static class SellerSpriteDescriptor
{
    public static ConnectorDescriptor Value { get; } = new()
    {
        Id = "sellersprite",
        Name = "SellerSprite",
        Category = ConnectorCategory.Marketing,
        Authorization = AuthorizationMethod.Credentials,
        Fields = [new("apiKey", "API key (secret-key)", Secret: true), new("label", "What you call this account")],
        // 40 calls a minute: what is refilled within any minute and a full bucket make just that.
        Budget = new RateBudget(Burst: 10, PerSecond: 0.5, Concurrent: 2),
    };
}

/// <summary>Method and path of a call. The documentation's headings and examples disagree about some, so they stand here and nowhere else.</summary>
/// <param name="Order">The field by which the rows with the most come first.</param>
/// <param name="MostPerPage">Rows; 0 where there are no pages.</param>
internal sealed record SellerSpriteCall(HttpMethod Method, string Path, string Order = "", int MostPerPage = 0)
{
    public static readonly SellerSpriteCall Visits = new(HttpMethod.Get, "/v1/visits");
    public static readonly SellerSpriteCall Keywords = new(HttpMethod.Post, "/v1/keyword-research", "searches", 15);
    public static readonly SellerSpriteCall Products = new(HttpMethod.Post, "/v1/product/research", "total_units", 100);
    public static readonly SellerSpriteCall Competitors = new(HttpMethod.Post, "/v1/product/competitor-lookup", "total_units", 100);
}
