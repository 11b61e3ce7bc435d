using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify;

namespace StoreClaw.Tests.Sandbox.Shopify;

public sealed class ShopifyGraphQlTests : IAsyncLifetime
{
    private const string Walk = "query($after: String, $query: String, $size: Int!) { orders(first: $size, after: $after, query: $query, sortKey: UPDATED_AT) { nodes { id } pageInfo { hasNextPage endCursor } } }";

    private ShopifyWorld _world = null!;

    public async Task InitializeAsync() => _world = await ShopifyWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task An_order_reads_as_the_store_has_it()
    {
        await using var world = await ShopifyWorld.StartAsync(ShopProfile.AmericanFashion with { LineDiscountShare = 0.6, OrderDiscountShare = 0.6, RefundedShare = 0.5 });
        var order = world.Store.Orders.First(order => order is { Refunds.Count: 1, OrderDiscount: > 0, CustomerId: not null } && order.Lines.Any(line => line.Discount > 0));
        var json = (await world.DataAsync(
            """
            query($id: ID!) { order(id: $id) {
              id name createdAt updatedAt processedAt cancelledAt test currencyCode presentmentCurrencyCode displayFinancialStatus displayFulfillmentStatus
              totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } } currentTotalPriceSet { shopMoney { amount } }
              subtotalPriceSet { shopMoney { amount } } totalTaxSet { shopMoney { amount } } totalDiscountsSet { shopMoney { amount } } totalShippingPriceSet { shopMoney { amount } }
              customer { id numberOfOrders createdAt } shippingAddress { countryCodeV2 } billingAddress { countryCodeV2 }
              lineItems(first: 50) { nodes { id sku title quantity originalUnitPriceSet { shopMoney { amount } } discountedTotalSet { shopMoney { amount } }
                totalDiscountSet { shopMoney { amount } } discountAllocations { allocatedAmountSet { shopMoney { amount } } } variant { id } product { id } } pageInfo { hasNextPage } }
              refunds { id createdAt updatedAt totalRefundedSet { shopMoney { amount } } } } }
            """,
            new { id = $"gid://shopify/Order/{order.Id}" }))["order"]!;

        Assert.Equal($"gid://shopify/Order/{order.Id}", Text(json["id"]));
        Assert.Equal($"#{order.Number}", Text(json["name"]));
        Assert.Equal(order.CreatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), Text(json["createdAt"]));
        Assert.Equal(order.Total, Amount(json["totalPriceSet"]));
        Assert.Equal(order.Total - order.Refunded, Amount(json["currentTotalPriceSet"]));
        Assert.Equal(order.LinesTotal - order.OrderDiscount, Amount(json["subtotalPriceSet"]));
        Assert.Equal(order.OrderDiscount + order.Lines.Sum(line => line.Discount), Amount(json["totalDiscountsSet"]));
        Assert.Equal(order.Refunds[0].Amount, Amount(json["refunds"]![0]!["totalRefundedSet"]));
        Assert.Equal(order.Country, Text(json["shippingAddress"]!["countryCodeV2"]));
        Assert.Equal(world.Store.FindCustomer(order.CustomerId!.Value)!.OrderCount.ToString(CultureInfo.InvariantCulture), Text(json["customer"]!["numberOfOrders"]));
        var lines = json["lineItems"]!["nodes"]!.AsArray();
        Assert.Equal(order.Lines.Select(line => line.Sku), lines.Select(line => Text(line!["sku"])));
        Assert.Equal(order.Lines.Select(line => line.Total), lines.Select(line => Amount(line!["discountedTotalSet"])));
        Assert.Equal(order.Lines.Select(line => line.Discount), lines.Select(line => Amount(line!["totalDiscountSet"])));
        var allocated = lines.Sum(line => line!["discountAllocations"]!.AsArray().Sum(allocation => Amount(allocation!["allocatedAmountSet"])));
        Assert.Equal(order.OrderDiscount + order.Lines.Sum(line => line.Discount), allocated);
        Assert.Equal(order.LinesTotal - order.OrderDiscount + order.Shipping + order.Tax, Amount(json["totalPriceSet"]));
    }

    [Theory]
    [InlineData("10.00", "10.0")]
    [InlineData("10.50", "10.5")]
    [InlineData("199.65", "199.65")]
    public async Task Amounts_have_no_zeros_at_their_end(string price, string shown)
    {
        var variant = _world.Store.Products[0].Variants[0];
        _world.Store.SetPrice(variant.Id, decimal.Parse(price, CultureInfo.InvariantCulture));
        var order = _world.Store.PlaceOrder(new OrderDraft { Lines = [new(variant.Id, 1)] });
        var data = await _world.DataAsync("query($id: ID!) { order(id: $id) { totalPriceSet { shopMoney { amount } } } }", new { id = $"gid://shopify/Order/{order.Id}" });
        Assert.Equal(shown, Text(data["order"]!["totalPriceSet"]!["shopMoney"]!["amount"]));
        var product = await _world.DataAsync("query($id: ID!) { productVariant(id: $id) { price } }", new { id = $"gid://shopify/ProductVariant/{variant.Id}" });
        Assert.Equal(price, Text(product["productVariant"]!["price"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(250)]
    public async Task Walking_by_pages_sees_every_order_once(int size)
    {
        _world.Shop.Plan = ShopifyPlan.Plus;
        var since = _world.Clock.GetUtcNow().AddDays(size == 1 ? -2 : -40);
        var seen = await WalkAsync(size, $"updated_at:>='{since:yyyy-MM-ddTHH:mm:ssZ}'");
        Assert.Equal(_world.Store.Orders.Where(order => order.UpdatedAt >= since).OrderBy(order => order.UpdatedAt).ThenBy(order => order.Id).Select(order => $"gid://shopify/Order/{order.Id}"), seen);
    }

    [Fact]
    public async Task An_order_that_is_touched_between_two_pages_comes_again_at_the_end()
    {
        var first = (await _world.DataAsync(Walk, new { size = 10 }))["orders"]!;
        var touched = _world.Store.Orders.Single(order => Text(first["nodes"]![0]!["id"]).EndsWith($"/{order.Id}", StringComparison.Ordinal));
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        _world.Store.UpdateOrder(touched.Id);
        var rest = await WalkAsync(250, null, Text(first["pageInfo"]!["endCursor"]));
        Assert.Equal($"gid://shopify/Order/{touched.Id}", rest[^1]);
        Assert.Equal(_world.Store.Orders.Count, rest.Concat(first["nodes"]!.AsArray().Select(node => Text(node!["id"]))).Distinct().Count());
    }

    [Fact]
    public async Task Pages_go_backwards_and_in_reverse()
    {
        const string query = "query($f: Int, $a: String, $l: Int, $b: String) { orders(first: $f, after: $a, last: $l, before: $b, sortKey: ID, reverse: true) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor } } }";
        var newest = _world.Store.Orders.Reverse().Select(order => $"gid://shopify/Order/{order.Id}").ToArray();
        var second = (await _world.DataAsync(query, new { f = 3, a = Text((await _world.DataAsync(query, new { f = 3 }))["orders"]!["edges"]![2]!["cursor"]) }))["orders"]!;
        Assert.Equal(newest[3..6], Ids(second));
        Assert.True(second["pageInfo"]!["hasPreviousPage"]!.GetValue<bool>());
        var back = (await _world.DataAsync(query, new { l = 2, b = Text(second["pageInfo"]!["startCursor"]) }))["orders"]!;
        Assert.Equal(newest[1..3], Ids(back));
        Assert.True(back["pageInfo"]!["hasNextPage"]!.GetValue<bool>());

        static IEnumerable<string> Ids(JsonNode page) => page["edges"]!.AsArray().Select(edge => Text(edge!["node"]!["id"]));
    }

    [Theory]
    [InlineData("status:any", "all")]
    [InlineData("status:cancelled", "cancelled")]
    [InlineData("status:open", "not cancelled")]
    [InlineData("test:true", "test")]
    [InlineData("test:true OR status:cancelled", "test or cancelled")]
    [InlineData("-test:true AND NOT status:cancelled", "neither")]
    [InlineData("(test:true OR status:cancelled) created_at:>'2026-09-01'", "of september")]
    [InlineData("financial_status:partially_refunded", "refunded")]
    [InlineData("created_at:2026-09-10", "of a day")]
    public async Task Searches_filter(string query, string expected)
    {
        _world.Shop.Plan = ShopifyPlan.Plus;
        for (var index = 0; index < 3; index++)
        {
            _world.Store.PlaceOrder(new OrderDraft { Lines = [new(_world.Store.Products[0].Variants[0].Id, 1)], IsTest = true });
        }

        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
        DateOnly Day(SimOrder order) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(order.CreatedAt, zone).DateTime);
        Func<SimOrder, bool> filter = expected switch
        {
            "cancelled" => order => order.CancelledAt is not null,
            "not cancelled" => order => order.CancelledAt is null,
            "test" => order => order.IsTest,
            "test or cancelled" => order => order.IsTest || order.CancelledAt is not null,
            "neither" => order => !order.IsTest && order.CancelledAt is null,
            "of september" => order => (order.IsTest || order.CancelledAt is not null) && Day(order) > new DateOnly(2026, 9, 1),
            "refunded" => order => order.Refunded > 0 && order.Refunded < order.Total,
            "of a day" => order => Day(order) == new DateOnly(2026, 9, 10),
            _ => _ => true,
        };
        var wanted = _world.Store.Orders.Where(filter).Select(order => $"gid://shopify/Order/{order.Id}").ToHashSet();
        Assert.NotEmpty(wanted);
        Assert.Equal(wanted, (await WalkAsync(250, query)).ToHashSet());
    }

    [Fact]
    public async Task A_time_without_quotes_counts_as_its_day_and_is_complained_about()
    {
        var noon = new DateTimeOffset(2026, 9, 12, 16, 0, 0, TimeSpan.Zero);
        var json = await _world.QueryAsync("query($q: String) { ordersCount(query: $q) { count } }", new { q = "created_at:>=2026-09-12T16:00:00Z" });
        var midnight = new DateTimeOffset(2026, 9, 12, 4, 0, 0, TimeSpan.Zero);
        Assert.Equal(_world.Store.Orders.Count(order => order.CreatedAt >= midnight), json["data"]!["ordersCount"]!["count"]!.GetValue<int>());
        Assert.NotEqual(_world.Store.Orders.Count(order => order.CreatedAt >= noon), json["data"]!["ordersCount"]!["count"]!.GetValue<int>());
        Assert.NotNull(json["extensions"]!["search"]);
        Assert.Contains("quotes", Assert.Single(_world.Platform.Log.Violations).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_search_field_is_ignored_with_a_warning()
    {
        var json = await _world.QueryAsync("{ customers(first: 5, query: \"created_at:>='2026-01-01'\") { nodes { id } } }");
        Assert.Equal(5, json["data"]!["customers"]!["nodes"]!.AsArray().Count);
        Assert.Equal("invalid_field", Text(json["extensions"]!["search"]![0]!["warnings"]![0]!["code"]));
    }

    [Theory]
    [InlineData("tag:vip", "SIMULATOR_UNSUPPORTED")]
    [InlineData("pine", "SIMULATOR_UNSUPPORTED")]
    [InlineData("updated_at:>='soon'", "INVALID_SEARCH_QUERY")]
    [InlineData("(test:true", "INVALID_SEARCH_QUERY")]
    [InlineData("test:true)", "INVALID_SEARCH_QUERY")]
    [InlineData("test:true OR", "INVALID_SEARCH_QUERY")]
    [InlineData("updated_at:>='2026-01-01", "INVALID_SEARCH_QUERY")]
    public async Task Searches_it_cannot_answer_are_refused(string query, string code)
    {
        var json = await _world.QueryAsync("query($q: String) { orders(first: 1, query: $q) { nodes { id } } }", new { q = query });
        Assert.Null(json["data"]);
        Assert.Equal(code, Text(json["errors"]![0]!["extensions"]!["code"]));
    }

    [Theory]
    [InlineData("{ order(id: \"1001\") { id } }", "INVALID_ID")]
    [InlineData("{ order(id: \"gid://shopify/Product/1\") { id } }", "RESOURCE_NOT_FOUND")]
    [InlineData("{ inventoryItem(id: \"gid://other/InventoryItem/1\") { id } }", "INVALID_ID")]
    public async Task Ids_must_be_global_and_of_their_type(string query, string code)
    {
        Assert.Equal(code, Text((await _world.QueryAsync(query))["errors"]![0]!["extensions"]!["code"]));
    }

    [Theory]
    [InlineData("bm90aGluZw==")]
    [InlineData("!")]
    public async Task Made_up_cursors_are_refused(string cursor)
    {
        Assert.NotNull((await _world.QueryAsync(Walk, new { size = 1, after = cursor }))["errors"]);
    }

    [Fact]
    public async Task A_cursor_belongs_to_its_sort_key()
    {
        var cursor = Text((await _world.DataAsync("{ orders(first: 1, sortKey: ID) { pageInfo { endCursor } } }"))["orders"]!["pageInfo"]!["endCursor"]);
        Assert.NotNull((await _world.QueryAsync(Walk, new { size = 1, after = cursor }))["errors"]);
    }

    [Theory]
    [InlineData("orders", "read_orders", "{ orders(first: 1) { nodes { id } } }")]
    [InlineData("product", "read_products", "{ product(id: \"gid://shopify/Product/1\") { id } }")]
    [InlineData("customers", "read_customers", "{ customers(first: 1) { nodes { id } } }")]
    [InlineData("inventoryItems", "read_inventory", "{ inventoryItems(first: 1) { nodes { id } } }")]
    [InlineData("locations", "read_locations", "{ locations(first: 1) { nodes { id } } }")]
    [InlineData("inventorySetQuantities", "write_inventory", "mutation { inventorySetQuantities(input: { name: \"available\", reason: \"correction\", quantities: [] }) @idempotent(key: \"k\") { userErrors { code } } }")]
    public async Task Each_scope_opens_its_fields(string field, string scope, string query)
    {
        _world.Shop.Scopes = ShopifyWorld.AllScopes.Where(other => other != scope && other != scope.Replace("read_", "write_", StringComparison.Ordinal)).ToArray();
        var json = await _world.QueryAsync(query);
        Assert.Equal("ACCESS_DENIED", Text(json["errors"]![0]!["extensions"]!["code"]));
        Assert.Equal($"Access denied for {field} field. Required access: `{scope}` access scope.", Text(json["errors"]![0]!["message"]));
        Assert.Equal(field, Text(json["errors"]![0]!["path"]![0]));
        _world.Shop.Scopes = ShopifyWorld.AllScopes;
        Assert.Null((await _world.QueryAsync(query))["errors"]);
    }

    [Fact]
    public async Task A_field_that_may_be_null_is_null_where_access_is_denied()
    {
        _world.Shop.Scopes = ["read_orders", "write_products"];
        var json = await _world.QueryAsync("{ orders(first: 1, sortKey: ID, query: \"-customer_id:1\") { nodes { name customer { id } lineItems(first: 1) { nodes { product { id } } } } } }");
        var order = json["data"]!["orders"]!["nodes"]![0]!;
        Assert.Null(order["customer"]);
        Assert.NotNull(order["lineItems"]!["nodes"]![0]!["product"]);
        Assert.Equal("[\"orders\",\"nodes\",0,\"customer\"]", json["errors"]![0]!["path"]!.ToJsonString());
    }

    [Fact]
    public async Task Old_orders_need_their_own_scope()
    {
        await using var world = await ShopifyWorld.StartAsync(ShopProfile.AmericanFashion with { Days = 120, OrdersPerDay = 2 });
        var from = world.Clock.GetUtcNow().AddDays(-60);
        var oldest = new { id = $"gid://shopify/Order/{world.Store.Orders[0].Id}" };
        Assert.Equal(world.Store.Orders.Count, (await world.DataAsync("{ ordersCount { count precision } }"))["ordersCount"]!["count"]!.GetValue<int>());
        world.Shop.Scopes = ["read_orders"];
        Assert.Equal(world.Store.Orders.Count(order => order.CreatedAt >= from), (await world.DataAsync("{ ordersCount { count } }"))["ordersCount"]!["count"]!.GetValue<int>());
        Assert.Null((await world.DataAsync("query($id: ID!) { order(id: $id) { id } }", oldest))["order"]);
    }

    [Theory]
    [InlineData("2025-07", 200, "2025-10")]
    [InlineData("2025-10", 200, "2025-10")]
    [InlineData("2026-10", 200, "2026-10")]
    [InlineData("2027-01", 404, null)]
    [InlineData("2026-05", 404, null)]
    [InlineData("latest", 404, null)]
    public async Task Versions_fall_forward_or_do_not_exist(string asked, int status, string? served)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/admin/api/{asked}/graphql.json") { Content = new StringContent("{\"query\":\"{ shop { name } }\"}", Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Shopify-Access-Token", await _world.TokenAsync());
        using var response = await _world.Http.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(served, response.Headers.TryGetValues("X-Shopify-API-Version", out var versions) ? versions.Single() : null);
    }

    [Theory]
    [InlineData("{\"query\":\"{ shop { name } }\"", "application/json", 400)]
    [InlineData("{\"querry\":\"{ shop { name } }\"}", "application/json", 400)]
    [InlineData("{\"query\":5}", "application/json", 400)]
    [InlineData("[]", "application/json", 400)]
    [InlineData("{\"query\":\"{ shop { name } }\"}", "text/plain", 400)]
    [InlineData("{ shop { name } }", "application/graphql", 200)]
    [InlineData("{\"query\":\"query A { shop { name } } query B { shop { id } }\",\"operationName\":\"B\"}", "application/json", 200)]
    public async Task Bodies_must_be_what_their_type_says(string body, string type, int status)
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        var answer = await _world.PostAsync("/admin/api/2026-07/graphql.json", content, ("X-Shopify-Access-Token", await _world.TokenAsync()));
        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 200, answer.Json!["data"] is not null);
    }

    [Theory]
    [InlineData("/admin/api/2026-07/graphql.json", null, 401)]
    [InlineData("/admin/api/2026-07/graphql.json", "shpat_made_up", 401)]
    [InlineData("/admin/api/2026-07/orders.json", "real", 404)]
    [InlineData("/admin/graphql", "real", 404)]
    public async Task Callers_without_a_token_or_an_address_get_nowhere(string path, string? token, int status)
    {
        token = token == "real" ? await _world.TokenAsync() : token;
        var answer = await _world.PostAsync(path, new { query = "{ shop { name } }" }, token is null ? [] : [("X-Shopify-Access-Token", token)]);
        Assert.Equal(status, answer.Status);
        Assert.NotNull(answer.Json!["errors"]);
        Assert.Single(_world.Platform.Log.Violations);
    }

    [Theory]
    [InlineData(ShopifyStanding.Frozen, 402)]
    [InlineData(ShopifyStanding.Locked, 423)]
    public async Task Shops_in_bad_standing_answer_nothing(ShopifyStanding standing, int status)
    {
        var token = await _world.TokenAsync();
        _world.Shop.Standing = standing;
        Assert.Equal(status, (await _world.PostAsync("/admin/api/2026-07/graphql.json", new { query = "{ shop { name } }" }, ("X-Shopify-Access-Token", token))).Status);
    }

    [Fact]
    public async Task Each_shop_has_its_own_data_and_tokens()
    {
        var other = SimStore.Generate(ShopProfile.JapaneseStationery with { Days = 5 }, 2, _world.Clock);
        _world.Platform.AddShop("bungu.myshopify.com", other, "client-2", "secret-2", ShopifyWorld.AllScopes);
        var grant = new { grant_type = "client_credentials", client_id = "client-2", client_secret = "secret-2" };
        Assert.Equal(404, (await _world.GrantAsync(grant)).Status);
        var host = ("X-StoreClaw-Original-Host", "bungu.myshopify.com");
        var token = (await _world.PostAsync("/admin/oauth/access_token", grant, host)).Json!["access_token"]!.GetValue<string>();
        var query = new { query = "{ shop { name currencyCode ianaTimezone myshopifyDomain } orders(first: 1) { nodes { totalPriceSet { shopMoney { amount } } } } }" };
        var json = (await _world.PostAsync("/admin/api/2026-07/graphql.json", query, host, ("X-Shopify-Access-Token", token))).Json!;
        Assert.Equal(("文具の森", "JPY"), (Text(json["data"]!["shop"]!["name"]), Text(json["data"]!["shop"]!["currencyCode"])));
        Assert.EndsWith(".0", Text(json["data"]!["orders"]!["nodes"]![0]!["totalPriceSet"]!["shopMoney"]!["amount"]), StringComparison.Ordinal);
        Assert.Equal(401, (await _world.PostAsync("/admin/api/2026-07/graphql.json", query, ("X-StoreClaw-Original-Host", ShopifyWorld.Domain), ("X-Shopify-Access-Token", token))).Status);
    }

    [Fact]
    public async Task Points_are_spent_given_back_and_restored()
    {
        const string query = "{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { product { id } variant { id } discountAllocations { allocatedAmountSet { shopMoney { amount } } } } } } } }";
        var first = await _world.QueryAsync(query);
        var cost = first["extensions"]!["cost"]!;
        var (requested, actual) = (cost["requestedQueryCost"]!.GetValue<int>(), cost["actualQueryCost"]!.GetValue<int>());
        Assert.Equal(2 + (11 * (1 + 2 + (11 * 4))), requested);
        Assert.InRange(actual, 1, requested - 1);
        Assert.Equal((2_000, 2_000 - actual, 100), Status(cost));

        JsonObject json;
        do
        {
            json = await _world.QueryAsync(query);
        }
        while (json["errors"] is null);
        Assert.Equal("THROTTLED", Text(json["errors"]![0]!["extensions"]!["code"]));
        Assert.False(json.ContainsKey("data"));
        cost = json["extensions"]!["cost"]!;
        Assert.Null(cost["actualQueryCost"]);
        var wait = (requested - Status(cost).Available) / 100.0;
        Assert.True(wait > 0);
        Assert.Equal(1, _world.Platform.Log.Count("throttled"));
        _world.Clock.Advance(TimeSpan.FromSeconds(wait));
        Assert.Null((await _world.QueryAsync(query))["errors"]);

        static (int Maximum, int Available, int Rate) Status(JsonNode cost) => (
            (int)cost["throttleStatus"]!["maximumAvailable"]!.GetValue<double>(),
            (int)cost["throttleStatus"]!["currentlyAvailable"]!.GetValue<double>(),
            (int)cost["throttleStatus"]!["restoreRate"]!.GetValue<double>());
    }

    [Fact]
    public async Task One_query_has_a_ceiling()
    {
        var json = await _world.QueryAsync("{ products(first: 250) { nodes { variants(first: 250) { nodes { inventoryItem { inventoryLevels(first: 250) { nodes { location { name } } } } } } } } }");
        Assert.Equal("MAX_COST_EXCEEDED", Text(json["errors"]![0]!["extensions"]!["code"]));
        Assert.Equal(1_000, json["errors"]![0]!["extensions"]!["maxCost"]!.GetValue<int>());
    }

    [Fact]
    public async Task Stock_reads_per_location()
    {
        var (product, variant) = _world.Store.FindVariant("B00-01")!.Value;
        var json = (await _world.DataAsync(
            "query($q: String) { inventoryItems(first: 1, query: $q) { nodes { id sku tracked inventoryLevels(first: 5) { nodes { location { id name } quantities(names: [\"available\", \"on_hand\"]) { name quantity } } } variant { inventoryQuantity product { id } } } } }",
            new { q = "sku:B00-01" }))["inventoryItems"]!["nodes"]![0]!;
        Assert.NotEqual($"gid://shopify/InventoryItem/{variant.Id}", Text(json["id"]));
        Assert.Equal(variant.Stock, json["variant"]!["inventoryQuantity"]!.GetValue<int>());
        Assert.Equal($"gid://shopify/Product/{product.Id}", Text(json["variant"]!["product"]!["id"]));
        var levels = json["inventoryLevels"]!["nodes"]!.AsArray();
        Assert.Equal(variant.Levels.Select(level => level.Available), levels.Select(level => level!["quantities"]![0]!["quantity"]!.GetValue<int>()));
        Assert.Equal(_world.Store.Locations.Select(location => location.Name), levels.Select(level => Text(level!["location"]!["name"])));
    }

    [Fact]
    public async Task Nodes_are_found_by_their_global_ids()
    {
        var ids = new[] { $"gid://shopify/Order/{_world.Store.Orders[0].Id}", $"gid://shopify/Product/{_world.Store.Products[0].Id}", "gid://shopify/Order/5" };
        var nodes = (await _world.DataAsync("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Order { name } ... on Product { title } } }", new { ids }))["nodes"]!;
        Assert.Equal(("Order", "#1001"), (Text(nodes[0]!["__typename"]), Text(nodes[0]!["name"])));
        Assert.Equal(_world.Store.Products[0].Title, Text(nodes[1]!["title"]));
        Assert.Null(nodes[2]);
    }

    [Theory]
    [InlineData(ShopifyFault.TooManyRequests, 429, "2.0")]
    [InlineData(ShopifyFault.Throttled, 200, null)]
    [InlineData(ShopifyFault.ServerError, 500, null)]
    [InlineData(ShopifyFault.BadGateway, 502, null)]
    [InlineData(ShopifyFault.HtmlBody, 200, null)]
    [InlineData(ShopifyFault.ExpireTokens, 401, null)]
    public async Task Faults_strike_the_next_calls_and_no_more(ShopifyFault fault, int status, string? retryAfter)
    {
        var token = await _world.TokenAsync();
        _world.Platform.FailNext(2, fault, "graphql");
        for (var call = 0; call < 3; call++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/api/2026-07/graphql.json") { Content = new StringContent("{\"query\":\"{ shop { name } }\"}", Encoding.UTF8, "application/json") };
            request.Headers.Add("X-Shopify-Access-Token", call < 2 ? token : await _world.TokenAsync());
            using var response = await _world.Http.SendAsync(request);
            var body = await response.Content.ReadAsStringAsync();
            Assert.Equal(call < 2 ? status : 200, (int)response.StatusCode);
            Assert.Equal(call < 2 ? retryAfter : null, response.Headers.TryGetValues("Retry-After", out var values) ? values.Single() : null);
            Assert.Equal(call < 2 && fault == ShopifyFault.Throttled, body.Contains("THROTTLED", StringComparison.Ordinal));
            Assert.Equal(call < 2 && fault is ShopifyFault.HtmlBody or ShopifyFault.BadGateway, body.StartsWith("<!DOCTYPE", StringComparison.Ordinal));
            _world.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, _world.Platform.Log.Count("fault"));
    }

    [Fact]
    public async Task Connections_break_hang_and_lose_answers()
    {
        _world.Platform.FailNext(1, ShopifyFault.Drop, "token");
        await Assert.ThrowsAsync<HttpRequestException>(() => _world.TokenAsync());
        _world.Platform.FailNext(1, ShopifyFault.DropAnswer, "token");
        await Assert.ThrowsAsync<HttpRequestException>(() => _world.TokenAsync());
        _world.Platform.FailNext(1, ShopifyFault.Hang, "access_scopes");
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _world.Http.GetAsync("/admin/oauth/access_scopes.json", patience.Token));
        Assert.Equal(2, _world.Platform.Log.Count("token"));
    }

    [Fact]
    public async Task Calls_are_counted_by_kind_and_field()
    {
        await _world.DataAsync("{ shop { name } orders(first: 1) { nodes { id } } }");
        var counts = _world.Platform.Log.Counts;
        Assert.Equal((1, 1, 1, 1), (counts["token"], counts["graphql"], counts["graphql:shop"], counts["graphql:orders"]));
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static decimal Amount(JsonNode? bag) => decimal.Parse(Text(bag!["shopMoney"]!["amount"]), CultureInfo.InvariantCulture);

    private async Task<List<string>> WalkAsync(int size, string? query, string? after = null)
    {
        var seen = new List<string>();
        while (true)
        {
            var page = (await _world.DataAsync(Walk, new { size, query, after }))["orders"]!;
            seen.AddRange(page["nodes"]!.AsArray().Select(node => Text(node!["id"])));
            if (!page["pageInfo"]!["hasNextPage"]!.GetValue<bool>())
            {
                return seen;
            }

            after = Text(page["pageInfo"]!["endCursor"]);
            _world.Clock.Advance(TimeSpan.FromMilliseconds(100));
        }
    }
}
