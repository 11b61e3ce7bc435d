namespace StoreClaw.Connectors.Amazon;

/// <summary>Sets what a listing offers from the seller's own stock. Amazon takes a change in and applies it later: whether it did is looked up afterwards.</summary>
internal sealed class AmazonStockWriter() : StockWriter("Amazon", mostItems: 1)
{
    private const string Attribute = "fulfillment_availability";

    protected override string ScopeOf(StockWrite write) => write.ItemId;

    protected override PlatformFault? Wrong(StockWrite write) => write.LocationId == AmazonStock.Fba ? new(FaultKind.Invalid, "amazon-fulfilled", "Amazon's warehouses count this stock themselves; it cannot be set.")
        : write.LocationId != AmazonStock.Own ? new(FaultKind.NotFound, "no-location", "The seller has no such place on Amazon.")
        : base.Wrong(write);

    protected override bool Reads(StockWrite write) => true;

    /// <summary>The handle is the listing's product type.</summary>
    protected override async Task<IReadOnlyList<StockPlace>> ReadAsync(StoreSession store, string scope, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        [(await AmazonProducts.ListingAsync(store, scope, "summaries,fulfillmentAvailability", cancellationToken)).Read(item => new StockPlace(
            new StockLevel { ItemId = scope, LocationId = AmazonStock.Own, UpdatedAt = DateTimeOffset.UnixEpoch, Available = Available(item) },
            item.Items("summaries").Select(static summary => summary.TextOrNull("productType")).FirstOrDefault() ?? ""))];

    protected override PlatformFault? Wrong(StockEntry entry) => base.Wrong(entry)
        ?? (entry.Place!.Handle.Length == 0 ? new(FaultKind.Invalid, "no-product-type", "Amazon tells no product type for this listing. Finish the listing in Seller Central.") : null);

    protected override async Task SendAsync(StoreSession store, string scope, IReadOnlyList<StockEntry> entries, CancellationToken cancellationToken)
    {
        var value = new[] { new { fulfillment_channel_code = AmazonStock.Channel, quantity = (int)entries[0].Write.Quantity } };
        var body = new { productType = entries[0].Place!.Handle, patches = new[] { new { op = "replace", path = $"/attributes/{Attribute}", value } } };
        var url = AmazonConnector.Listings(store.Store, scope, "issues");
        var answer = await store.SendAsync(PlatformRequest.Json(HttpMethod.Patch, url, body) with { Lane = AmazonDescriptor.Patch }, cancellationToken);
        (entries[0].Settled, entries[0].Fault) = answer.Read(static submission => submission.TextOrNull("status") == "ACCEPTED" ? (false, null) : (true, Fault(submission.Items("issues").FirstOrDefault(IsError))));
    }

    /// <summary>A listing has faults of its own for years, an image for one: only those about the quantity are the write's.</summary>
    protected override async Task FollowAsync(StoreSession store, StockEntry entry, CancellationToken cancellationToken)
    {
        var answer = await AmazonProducts.ListingAsync(store, entry.Write.ItemId, "fulfillmentAvailability,issues", cancellationToken);
        (entry.Settled, entry.Fault) = answer.Read(item => Available(item) == entry.Write.Quantity ? (true, null)
            : item.Items("issues").FirstOrDefault(IsQuantitys) is { ValueKind: JsonValueKind.Object } issue ? (true, Fault(issue))
            : (false, (PlatformFault?)null));
    }

    private static decimal? Available(JsonElement item) => AmazonStock.OwnLevel(item, DateTimeOffset.UnixEpoch)?.Available;

    private static bool IsError(JsonElement issue) => issue.TextOrNull("severity") == "ERROR";

    private static bool IsQuantitys(JsonElement issue) => IsError(issue) && issue.Items("attributeNames").Any(static name => name.ValueKind == JsonValueKind.String && name.ValueEquals(Attribute));

    private static PlatformFault Fault(JsonElement issue) => new(FaultKind.Invalid, issue.TextOrNull("code") ?? "refused", $"Amazon: {issue.TextOrNull("message") ?? "The quantity was refused."}");
}
