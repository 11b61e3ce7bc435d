using System.Text.Json;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.Amazon;

/// <summary>
/// Sets what a listing offers from the seller's own stock. Absolute, so a repeat is harmless; there is no compare-and-set, so what is expected is read just before. Amazon takes a change in and
/// applies it later: whether it did is looked up afterwards.
/// </summary>
internal sealed class AmazonStockWriter : IStockWriter
{
    private const string Attribute = "fulfillment_availability";

    public Task<IReadOnlyList<StockWriteResult>> SetAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        writes.EachAsync(write => SetAsync(store, write, cancellationToken));

    public Task<IReadOnlyList<StockWriteResult>> FollowAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        writes.EachAsync(write => FollowAsync(store, write, cancellationToken));

    private static async Task<StockWriteResult> SetAsync(StoreSession store, StockWrite write, CancellationToken cancellationToken)
    {
        PlatformFault? objection = write.LocationId == AmazonStock.Fba ? new(FaultKind.Invalid, "amazon-fulfilled", "Amazon's warehouses count this stock themselves; it cannot be set.")
            : write.LocationId != AmazonStock.Own ? new(FaultKind.NotFound, "no-location", "The seller has no such place on Amazon.")
            : write.WrongCount("Amazon");
        if (objection is not null)
        {
            return new StockWriteResult(write, objection);
        }

        var listing = await FindAsync(store, write, "summaries,fulfillmentAvailability", cancellationToken);
        var (available, productType) = listing.Read(static item => (Available(item), item.Items("summaries").Select(static summary => summary.TextOrNull("productType")).FirstOrDefault()));
        objection = write.WrongTime("Amazon", isThere: true, available) is { } late ? late
            : productType is null ? new(FaultKind.Invalid, "no-product-type", "Amazon tells no product type for this listing. Finish the listing in Seller Central.")
            : null;
        if (objection is not null)
        {
            return new StockWriteResult(write, objection);
        }

        var value = new[] { new { fulfillment_channel_code = AmazonStock.Channel, quantity = (int)write.Quantity } };
        var body = new { productType, patches = new[] { new { op = "replace", path = $"/attributes/{Attribute}", value } } };
        var url = AmazonConnector.Listings(store.Store, write.ItemId, "issues");
        var answer = await store.SendAsync(PlatformRequest.Json(HttpMethod.Patch, url, body) with { Lane = AmazonDescriptor.Patch }, cancellationToken);
        return answer.Read(submission => submission.TextOrNull("status") == "ACCEPTED"
            ? new StockWriteResult(write, null, Settled: false)
            : new StockWriteResult(write, Fault(submission.Items("issues").Cast<JsonElement?>().FirstOrDefault(static issue => issue.TextOrNull("severity") == "ERROR"))));
    }

    /// <summary>A listing has faults of its own for years, an image for one: only those about the quantity are the write's.</summary>
    private static async Task<StockWriteResult> FollowAsync(StoreSession store, StockWrite write, CancellationToken cancellationToken) =>
        (await FindAsync(store, write, "fulfillmentAvailability,issues", cancellationToken)).Read(item =>
        {
            var issue = item.Items("issues").Cast<JsonElement?>().FirstOrDefault(static issue =>
                issue.TextOrNull("severity") == "ERROR" && issue.Items("attributeNames").Any(static name => name.ValueKind == JsonValueKind.String && name.ValueEquals(Attribute)));
            return Available(item) == write.Quantity ? new StockWriteResult(write, null)
                : issue is not null ? new StockWriteResult(write, Fault(issue))
                : new StockWriteResult(write, null, Settled: false);
        });

    private static Task<PlatformResponse> FindAsync(StoreSession store, StockWrite write, string includedData, CancellationToken cancellationToken) =>
        AmazonConnector.GetAsync(store, AmazonConnector.Listings(store.Store, write.ItemId, includedData), AmazonDescriptor.Listing, cancellationToken);

    private static decimal? Available(JsonElement item) => AmazonStock.OwnLevel(item, DateTimeOffset.UnixEpoch)?.Available;

    private static PlatformFault Fault(JsonElement? issue) => new(FaultKind.Invalid, issue.TextOrNull("code") ?? "refused", $"Amazon: {issue.TextOrNull("message") ?? "The quantity was refused."}");
}
