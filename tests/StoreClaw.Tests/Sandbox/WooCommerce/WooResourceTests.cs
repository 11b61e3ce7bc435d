using System.Globalization;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.WooCommerce;

namespace StoreClaw.Tests.Sandbox.WooCommerce;

/// <summary>What orders, products and stock look like and take.</summary>
public sealed class WooResourceTests : WooFixture
{
    [Fact]
    public async Task Every_order_adds_up_to_the_cent()
    {
        foreach (var order in Store.Orders)
        {
            var shown = (await GetAsync($"orders/{order.Id}")).Json;
            var lines = shown.GetProperty("line_items").EnumerateArray().ToArray();
            Assert.Equal(order.Total, Money(shown, "total"));
            Assert.Equal(order.Total, lines.Sum(line => Money(line, "total")) + Money(shown, "shipping_total") + Money(shown, "total_tax"));
            Assert.Equal(order.Tax, lines.Sum(line => Money(line, "total_tax")));
            Assert.Equal(Money(shown, "discount_total"), lines.Sum(line => Money(line, "subtotal")) - lines.Sum(line => Money(line, "total")));
            Assert.All(lines, line => Assert.Equal(
                (double)Money(line, "total") / line.GetProperty("quantity").GetInt32(), line.GetProperty("price").GetDouble(), 9));
            Assert.Equal(order.CustomerId ?? 0, shown.GetProperty("customer_id").GetInt64());
            Assert.Equal(order.OrderDiscount > 0, shown.GetProperty("coupon_lines").GetArrayLength() == 1);
        }
    }

    [Fact]
    public async Task Times_are_the_sites_without_offset_and_gmt_without_z()
    {
        var order = Store.Orders[^1];
        var shown = (await GetAsync($"orders/{order.Id}")).Json;
        var local = DateTime.ParseExact(shown.GetProperty("date_created").GetString()!, "s", CultureInfo.InvariantCulture);
        Assert.Equal(order.CreatedAt.UtcDateTime.ToString("s", CultureInfo.InvariantCulture), shown.GetProperty("date_created_gmt").GetString());
        Assert.Equal(order.CreatedAt.UtcDateTime.AddHours(2), local);
        Assert.Equal(order.UpdatedAt.UtcDateTime.ToString("s", CultureInfo.InvariantCulture), shown.GetProperty("date_modified_gmt").GetString());
    }

    [Fact]
    public async Task The_status_tells_what_became_of_an_order()
    {
        var variant = Store.Products[0].Variants[0];
        var draft = new OrderDraft { Lines = [new DraftLine(variant.Id, 2)], Country = "DE" };
        var paid = Store.PlaceOrder(draft);
        var test = Store.PlaceOrder(draft with { IsTest = true });
        Assert.Equal("processing", await StatusAsync(paid.Id));
        Assert.Equal("checkout-draft", await StatusAsync(test.Id));
        Assert.Equal(JsonValueKind.Null, (await GetAsync($"orders/{test.Id}")).Json.GetProperty("date_paid_gmt").ValueKind);

        Store.RefundOrder(paid.Id, 1m);
        Assert.Equal("processing", await StatusAsync(paid.Id));
        Store.FulfillOrder(paid.Id);
        Assert.Equal("completed", await StatusAsync(paid.Id));
        Store.RefundOrder(paid.Id, paid.Total - 1m);
        Assert.Equal("refunded", await StatusAsync(paid.Id));

        var cancelled = Store.PlaceOrder(draft);
        Store.CancelOrder(cancelled.Id);
        Assert.Equal("cancelled", await StatusAsync(cancelled.Id));

        Site.TrashOrder(cancelled.Id);
        Assert.Equal("trash", await StatusAsync(cancelled.Id));
        Assert.DoesNotContain(cancelled.Id, await IdsAsync("orders?per_page=100"));
        Assert.Equal([cancelled.Id], await IdsAsync("orders?status=trash"));
        Site.RestoreOrder(cancelled.Id);
        Assert.Contains(cancelled.Id, await IdsAsync("orders?per_page=100"));
        Site.DeleteOrder(cancelled.Id);
        Assert.Equal("woocommerce_rest_shop_order_invalid_id", (await GetAsync($"orders/{cancelled.Id}")).Code);
    }

    [Fact]
    public async Task Refunds_are_negative_in_the_order_and_positive_on_their_own()
    {
        var order = Store.PlaceOrder(new OrderDraft { Lines = [new DraftLine(Store.Products[0].Variants[0].Id, 2)], Country = "DE" });
        var refund = Store.RefundOrder(order.Id, 3.5m, [new SimRefundLine(order.Lines[0].Id, 1, 3.5m)]);
        var inside = (await GetAsync($"orders/{order.Id}")).Json.GetProperty("refunds")[0];
        Assert.Equal(refund.Id, inside.GetProperty("id").GetInt64());
        Assert.Equal(("-3.50", ""), (inside.GetProperty("total").GetString(), inside.GetProperty("reason").GetString()));

        var listed = (await GetAsync($"orders/{order.Id}/refunds")).Json[0];
        Assert.Equal("3.50", listed.GetProperty("amount").GetString());
        Assert.Equal(-1, listed.GetProperty("line_items")[0].GetProperty("quantity").GetInt32());
        Assert.Equal("-3.50", listed.GetProperty("line_items")[0].GetProperty("total").GetString());
        Assert.Equal(200, (await GetAsync($"orders/{order.Id}/refunds/{refund.Id}")).Status);
        Assert.Equal(404, (await GetAsync($"orders/{order.Id}/refunds/1")).Status);
        Assert.Equal(404, (await GetAsync($"orders/{refund.Id}")).Status);
        Assert.Equal("[]", (await GetAsync("orders/1/refunds")).Body);
    }

    [Fact]
    public async Task Money_has_the_decimals_of_the_shop()
    {
        var japanese = SimStore.Generate(ShopProfile.JapaneseStationery with { Days = 2, OrdersPerDay = 5 }, 3, Clock);
        var site = Platform.AddSite("https://bungu.example", japanese);
        using var request = Request(HttpMethod.Get, "/wp-json/wc/v3/orders?per_page=1", key: site.CreateKey());
        request.Headers.Remove(WooCommercePlatform.OriginalHostHeader);
        request.Headers.Add(WooCommercePlatform.OriginalHostHeader, "bungu.example");
        var order = (await SendAsync(request)).Json[0];
        Assert.Matches("^[0-9]+$", order.GetProperty("total").GetString());
        Assert.Equal("JPY", order.GetProperty("currency").GetString());
    }

    [Fact]
    public async Task A_stock_write_sets_the_whole_number_however_often()
    {
        var simple = Store.Products.First(product => product.Variants.Count == 1);
        for (var i = 0; i < 2; i++)
        {
            var answer = await CallAsync(HttpMethod.Put, $"products/{simple.Id}", new { manage_stock = true, stock_quantity = 17 });
            Assert.Equal((200, 17), (answer.Status, answer.Json.GetProperty("stock_quantity").GetInt32()));
            Assert.Equal(17, Store.FindVariant(simple.Variants[0].Id)!.Value.Variant.Stock);
        }

        var variable = Store.Products.First(product => product.Variants.Count > 1);
        var variant = variable.Variants[1];
        var write = new { manage_stock = true, stock_quantity = 0, regular_price = "12.50" };
        var updated = await CallAsync(HttpMethod.Put, $"products/{variable.Id}/variations/{variant.Id}", write);
        Assert.Equal("outofstock", updated.Json.GetProperty("stock_status").GetString());
        Assert.Equal("12.50", updated.Json.GetProperty("price").GetString());
        Assert.Equal(0, Store.FindVariant(variant.Id)!.Value.Variant.Stock);
        Assert.Empty(Site.Log.Violations);
    }

    [Fact]
    public async Task Stock_over_several_locations_is_one_number()
    {
        var american = SimStore.Generate(ShopProfile.AmericanFashion with { Days = 1, Products = 2 }, 3, Clock);
        var site = Platform.AddSite("https://two.example", american);
        var product = american.Products[0];
        var variant = product.Variants[0];
        var path = product.Variants.Count == 1 ? $"products/{product.Id}" : $"products/{product.Id}/variations/{variant.Id}";
        using var request = Request(HttpMethod.Put, "/wp-json/wc/v3/" + path, new { manage_stock = true, stock_quantity = 1000 }, site.CreateKey());
        request.Headers.Remove(WooCommercePlatform.OriginalHostHeader);
        request.Headers.Add(WooCommercePlatform.OriginalHostHeader, "two.example");
        Assert.Equal(1000, (await SendAsync(request)).Json.GetProperty("stock_quantity").GetInt32());
        Assert.Equal(1000, american.FindVariant(variant.Id)!.Value.Variant.Stock);
    }

    [Fact]
    public async Task Stock_that_is_not_managed_ignores_a_quantity()
    {
        Site.Behaviour = Site.Behaviour with { ManagesStock = false };
        var simple = Store.Products.First(product => product.Variants.Count == 1);
        var before = simple.Variants[0].Stock;
        var ignored = await CallAsync(HttpMethod.Put, $"products/{simple.Id}", new { stock_quantity = 17 });
        Assert.Equal(JsonValueKind.Null, ignored.Json.GetProperty("stock_quantity").ValueKind);
        Assert.Equal(before, Store.FindVariant(simple.Variants[0].Id)!.Value.Variant.Stock);
        Assert.Contains("its stock is not managed", Site.Log.Violations.Single().Reason, StringComparison.Ordinal);

        var set = await CallAsync(HttpMethod.Put, $"products/{simple.Id}", new { manage_stock = true, stock_quantity = 17 });
        Assert.Equal(17, set.Json.GetProperty("stock_quantity").GetInt32());
    }

    [Theory]
    [InlineData("""{"stock_quantity":"many"}""", "stock_quantity is not of type integer.")]
    [InlineData("""{"stock_quantity":1.5}""", "stock_quantity is not of type integer.")]
    [InlineData("""{"manage_stock":"parent"}""", "manage_stock is not of type boolean.")]
    [InlineData("""{"regular_price":12.5}""", "regular_price is not of type string.")]
    public async Task A_write_has_typed_members(string body, string message)
    {
        var answer = await CallAsync(HttpMethod.Put, $"products/{Store.Products[0].Id}", body);
        Assert.Equal((400, "rest_invalid_param"), (answer.Status, answer.Code));
        Assert.Contains(answer.Json.GetProperty("data").GetProperty("params").EnumerateObject(), member => member.Value.GetString() == message);
    }

    [Fact]
    public async Task Broken_json_and_another_content_type_are_not_read()
    {
        var id = Store.Products.First(product => product.Variants.Count == 1).Id;
        Assert.Equal("rest_invalid_json", (await CallAsync(HttpMethod.Put, $"products/{id}", "{\"stock_quantity\":")).Code);
        using var request = Request(HttpMethod.Put, $"/wp-json/wc/v3/products/{id}");
        request.Content = new StringContent("""{"stock_quantity":3}""", System.Text.Encoding.UTF8, "text/plain");
        Assert.NotEqual(3, (await SendAsync(request)).Json.GetProperty("stock_quantity").GetInt32());
        Assert.Contains(Site.Log.Violations, violation => violation.Reason.Contains("Content-Type", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_thing_is_404_to_read_and_400_to_update()
    {
        Assert.Equal((404, "woocommerce_rest_product_invalid_id"), await CodeAsync(HttpMethod.Get, "products/999999"));
        Assert.Equal((400, "woocommerce_rest_product_invalid_id"), await CodeAsync(HttpMethod.Put, "products/999999"));
        var variable = Store.Products.First(product => product.Variants.Count > 1);
        var other = Store.Products.Last(product => product.Variants.Count > 1);
        Assert.Equal((404, "woocommerce_rest_product_variation_invalid_id"), await CodeAsync(HttpMethod.Get, $"products/{variable.Id}/variations/999999"));
        Assert.Equal((400, "woocommerce_rest_product_variation_invalid_id"), await CodeAsync(HttpMethod.Put, $"products/{variable.Id}/variations/999999"));
        Assert.Equal((403, "woocommerce_rest_cannot_edit"), await CodeAsync(HttpMethod.Put, $"products/{variable.Id}/variations/{other.Variants[0].Id}"));
        Assert.Equal((404, "rest_no_route"), await CodeAsync(HttpMethod.Put, "products"));
    }

    [Fact]
    public async Task A_batch_answers_entry_by_entry_and_200_as_a_whole()
    {
        var variable = Store.Products.First(product => product.Variants.Count > 1);
        var answer = await CallAsync(HttpMethod.Post, $"products/{variable.Id}/variations/batch", new
        {
            update = new object[] { new { id = variable.Variants[0].Id, stock_quantity = 5 }, new { id = 999999, stock_quantity = 5 } },
        });
        Assert.Equal(200, answer.Status);
        var entries = answer.Json.GetProperty("update");
        Assert.Equal(5, entries[0].GetProperty("stock_quantity").GetInt32());
        var error = entries[1].GetProperty("error");
        Assert.Equal("woocommerce_rest_product_variation_invalid_id", error.GetProperty("code").GetString());
        Assert.Equal(400, error.GetProperty("data").GetProperty("status").GetInt32());
        Assert.False(answer.Json.TryGetProperty("create", out _));

        var simple = Store.Products.Where(product => product.Variants.Count == 1).Take(2).ToArray();
        var update = simple.Select(product => new { id = product.Id, manage_stock = true, stock_quantity = 9 });
        var batch = await CallAsync(HttpMethod.Post, "products/batch", new { update });
        Assert.All(batch.Json.GetProperty("update").EnumerateArray(), entry => Assert.Equal(9, entry.GetProperty("stock_quantity").GetInt32()));
    }

    [Theory]
    [InlineData(100, 200)]
    [InlineData(101, 413)]
    public async Task A_batch_has_at_most_a_hundred_entries(int count, int status)
    {
        var update = Enumerable.Repeat(new { id = Store.Products[0].Id }, count);
        Assert.Equal(status, (await CallAsync(HttpMethod.Post, "products/batch", new { update })).Status);
    }

    [Fact]
    public async Task Quirks_bend_what_is_answered()
    {
        var variable = Store.Products.First(product => product.Variants.Count > 1);
        const WooCommerceQuirks all = WooCommerceQuirks.NumbersAsText | WooCommerceQuirks.NumericSku | WooCommerceQuirks.ParentStock
            | WooCommerceQuirks.EmptyPrice | WooCommerceQuirks.FalseForEmpty | WooCommerceQuirks.ExtraMembers;
        Site.Behaviour = Site.Behaviour with { Quirks = all };
        var variation = (await GetAsync($"products/{variable.Id}/variations/{variable.Variants[0].Id}")).Json;
        Assert.Equal("parent", variation.GetProperty("manage_stock").GetString());
        Assert.Equal($"{variable.Variants.Sum(variant => variant.Stock)}", variation.GetProperty("stock_quantity").GetString());
        Assert.Equal(JsonValueKind.Number, variation.GetProperty("sku").ValueKind);
        Assert.Equal("", variation.GetProperty("price").GetString());
        Assert.Equal(JsonValueKind.False, variation.GetProperty("dimensions").ValueKind);
        Assert.True(variation.TryGetProperty("yoast_head_json", out _));

        var line = (await GetAsync("orders?per_page=1")).Json[0].GetProperty("line_items")[0];
        Assert.Equal(JsonValueKind.String, line.GetProperty("quantity").ValueKind);
        Assert.Equal(JsonValueKind.Number, line.GetProperty("sku").ValueKind);

        var parent = await CallAsync(HttpMethod.Put, $"products/{variable.Id}", new { stock_quantity = 77 });
        Assert.Equal("77", parent.Json.GetProperty("stock_quantity").GetString());
        Assert.Equal(77, Store.FindProduct(variable.Id)!.Variants.Sum(variant => variant.Stock));
    }

    [Fact]
    public async Task A_php_notice_stands_in_front_of_the_json()
    {
        Site.Behaviour = Site.Behaviour with { Quirks = WooCommerceQuirks.PhpNotice };
        var answer = await GetAsync("orders");
        Assert.Equal((200, "application/json"), (answer.Status, answer.ContentType));
        Assert.StartsWith("<br />\n<b>Warning</b>", answer.Body, StringComparison.Ordinal);
        Assert.Equal(10, JsonDocument.Parse(answer.Body[answer.Body.IndexOf('[', StringComparison.Ordinal)..]).RootElement.GetArrayLength());
    }

    [Fact]
    public async Task Faults_stand_in_for_the_answer()
    {
        Site.Inject(WooCommerceFault.TooManyRequests("30"));
        Site.Inject(WooCommerceFault.Unavailable());
        Site.Inject(WooCommerceFault.Firewall(200));
        Site.Inject(WooCommerceFault.InternalError);
        var throttled = await GetAsync("orders");
        Assert.Equal((429, "30", "text/html"), (throttled.Status, throttled.Headers["Retry-After"], throttled.ContentType));
        var down = await GetAsync("orders");
        Assert.Equal((503, false), (down.Status, down.Headers.ContainsKey("Retry-After")));
        var firewall = await GetAsync("orders");
        Assert.Equal((200, "text/html"), (firewall.Status, firewall.ContentType));
        var broken = await GetAsync("orders");
        Assert.Equal((500, "internal_server_error"), (broken.Status, broken.Code));
        Assert.Equal(200, (await GetAsync("orders")).Status);
        Assert.Empty(Site.Log.Violations);
    }

    [Fact]
    public async Task A_dropped_answer_leaves_the_work_done()
    {
        var simple = Store.Products.First(product => product.Variants.Count == 1);
        Site.Inject(WooCommerceFault.DropAfterWork);
        var write = new { manage_stock = true, stock_quantity = 23 };
        await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync(HttpMethod.Put, $"products/{simple.Id}", write));
        Assert.Equal(23, Store.FindVariant(simple.Variants[0].Id)!.Value.Variant.Stock);
    }

    private static decimal Money(JsonElement element, string name) => decimal.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private async Task<string?> StatusAsync(long id) => (await GetAsync($"orders/{id}")).Json.GetProperty("status").GetString();

    private async Task<(int, string?)> CodeAsync(HttpMethod method, string path)
    {
        var answer = await CallAsync(method, path, method == HttpMethod.Put ? new { stock_quantity = 1 } : null);
        return (answer.Status, answer.Code);
    }
}
