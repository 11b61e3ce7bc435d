namespace StoreClaw.Connectors.Shopify;

/// <summary>How Shopify's GraphQL speaks: trouble comes as HTTP 200 with an error code, and a budget in points stands in every answer.</summary>
internal sealed class ShopifyGraph : IPlatformProtocol
{
    public const string TokenHeader = "X-Shopify-Access-Token";

    public static string Url(string shop) => $"https://{shop}/admin/api/{ShopifyDescriptor.Value.ApiVersion}/graphql.json";

    /// <param name="cost">In points; an estimate, corrected by the answer.</param>
    public static async Task<T> QueryAsync<T>(
        StoreSession store, string query, object variables, double cost, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        (await store.SendAsync(GraphQl.Request(Url(store.Store), query, variables, cost), cancellationToken)).Read(json => read(json.Required("data")));

    /// <summary>Makes a change, which its document calls "done".</summary>
    /// <param name="fault">What an error means that says why the change was not made.</param>
    /// <exception cref="PlatformException">It was not made.</exception>
    public static async Task ChangeAsync(StoreSession store, string document, object variables, Func<JsonElement, PlatformFault> fault, CancellationToken cancellationToken)
    {
        var faults = await QueryAsync(store, document, variables, 10, data => data.Required("done").Items("userErrors").Select(fault).ToList(), cancellationToken);
        if (faults.Count > 0)
        {
            throw new PlatformException(faults[0]);
        }
    }

    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now) =>
        attempt.Headers.TryAddWithoutValidation(TokenHeader, store.Secrets["accessToken"].Reveal());

    public PlatformFault? Examine(PlatformResponse response)
    {
        if (OrdinaryFaults.Examine(response, "X-Request-Id") is { } fault)
        {
            return response.Status == 430 ? fault with { Kind = FaultKind.StoreUnavailable } : fault;
        }

        var json = response.Json();
        if (GraphQl.Errors(json).FirstOrDefault(static error => !IsHiddenField(error)) is not { ValueKind: JsonValueKind.Object } error)
        {
            return null;
        }

        var code = GraphQl.ErrorCode(error) ?? "GRAPHQL_ERROR";
        var kind = code switch
        {
            "THROTTLED" => FaultKind.Throttled,
            "ACCESS_DENIED" => FaultKind.ScopeMissing,
            "SHOP_INACTIVE" => FaultKind.StoreUnavailable,
            "INTERNAL_SERVER_ERROR" or "TIMEOUT" => FaultKind.PlatformFailure,
            _ => FaultKind.Invalid,
        };
        var wait = kind == FaultKind.Throttled ? Wait(json) : null;
        return new PlatformFault(kind, code, $"Shopify: {error.TextOrNull("message")}", wait, response.Header("X-Request-Id"));
    }

    public RateReading? ReadRate(PlatformResponse response) =>
        response.Succeeded && response.Json().Member("extensions").Member("cost") is { } cost && cost.Member("throttleStatus") is { } status
            ? new RateReading((double)status.Decimal("currentlyAvailable"), (double)status.Decimal("maximumAvailable"), (double)status.Decimal("restoreRate"), (double?)cost.DecimalOrNull("actualQueryCost"))
            : null;

    /// <summary>One field of a record that this app may not see is null beside the rest; the same error at the root means there is no answer at all.</summary>
    private static bool IsHiddenField(JsonElement error) => GraphQl.ErrorCode(error) == "ACCESS_DENIED" && GraphQl.ErrorDepth(error) > 1;

    private static TimeSpan? Wait(JsonElement json)
    {
        var cost = json.Member("extensions").Member("cost");
        var status = cost.Member("throttleStatus");
        var seconds = (cost.DecimalOrNull("requestedQueryCost") - status.DecimalOrNull("currentlyAvailable")) / status.DecimalOrNull("restoreRate");
        return seconds is > 0 and < 86_400 ? TimeSpan.FromSeconds((double)seconds) : null;
    }
}
