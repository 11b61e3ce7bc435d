using System.Globalization;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.WooCommerce;

namespace StoreClaw.Tests.Sandbox.WooCommerce;

public sealed class WooListTests : WooFixture
{
    [Fact]
    public async Task Ten_a_page_with_totals_and_links()
    {
        var total = Store.Orders.Count;
        var pages = (total + 9) / 10;
        var first = await GetAsync("orders");
        Assert.Equal(10, first.Json.GetArrayLength());
        Assert.Equal($"{total}", first.Headers["X-WP-Total"]);
        Assert.Equal($"{pages}", first.Headers["X-WP-TotalPages"]);
        Assert.Equal("<https://shop.example/wp-json/wc/v3/orders?page=2>; rel=\"next\"", first.Headers["Link"]);

        var second = await GetAsync("orders?per_page=10&page=2&status[]=any");
        Assert.Equal(
            "<https://shop.example/wp-json/wc/v3/orders?per_page=10&status=any&page=1>; rel=\"prev\", "
            + "<https://shop.example/wp-json/wc/v3/orders?per_page=10&status=any&page=3>; rel=\"next\"",
            second.Headers["Link"]);

        var beyond = await GetAsync($"orders?page={pages + 5}");
        Assert.Equal(0, beyond.Json.GetArrayLength());
        Assert.Equal($"{total}", beyond.Headers["X-WP-Total"]);
        Assert.Contains($"page={pages}>; rel=\"prev\"", beyond.Headers["Link"], StringComparison.Ordinal);
        Assert.Equal(await IdsAsync("orders?per_page=5&page=3"), await IdsAsync("orders?per_page=5&offset=10"));
    }

    [Theory]
    [InlineData("orders?per_page=0", "per_page", "rest_out_of_bounds", "per_page must be between 1 (inclusive) and 100 (inclusive)")]
    [InlineData("orders?per_page=101", "per_page", "rest_out_of_bounds", "per_page must be between 1 (inclusive) and 100 (inclusive)")]
    [InlineData("orders?per_page=ten", "per_page", "rest_invalid_type", "per_page is not of type integer.")]
    [InlineData("orders?page=0", "page", "rest_out_of_bounds", "page must be greater than or equal to 1")]
    [InlineData("orders?order=up", "order", "rest_not_in_enum", "order is not one of asc, and desc.")]
    [InlineData("orders?orderby=date_modified", "orderby", "rest_not_in_enum", "orderby is not one of date, id, include, title, slug, and modified.")]
    [InlineData("orders?status=shipped", "status", "rest_not_in_enum", null)]
    [InlineData("orders?modified_after=yesterday", "modified_after", "rest_invalid_date", "Invalid date.")]
    [InlineData("orders?modified_after=2026-07-10", "modified_after", "rest_invalid_date", "Invalid date.")]
    [InlineData("orders?modified_after=2026-07-10T00:00:00+02:00", "modified_after", "rest_invalid_date", "Invalid date.")]
    [InlineData("orders?dates_are_gmt=yes", "dates_are_gmt", "rest_invalid_type", "dates_are_gmt is not of type boolean.")]
    [InlineData("orders?include=1,b", "include", "rest_invalid_type", "include[1] is not of type integer.")]
    [InlineData("products?type=book", "type", "rest_not_in_enum", null)]
    [InlineData("customers?orderby=modified", "orderby", "rest_not_in_enum", "orderby is not one of id, include, name, and registered_date.")]
    [InlineData("customers?role=king", "role", "rest_not_in_enum", null)]
    [InlineData("webhooks?status=broken", "status", "rest_not_in_enum", "status is not one of all, active, paused, and disabled.")]
    public async Task Wrong_parameters_are_named(string path, string parameter, string code, string? message)
    {
        var answer = await GetAsync(path);
        Assert.Equal((400, "rest_invalid_param"), (answer.Status, answer.Code));
        Assert.Equal($"Invalid parameter(s): {parameter}", answer.Json.GetProperty("message").GetString());
        var detail = answer.Json.GetProperty("data").GetProperty("details").GetProperty(parameter);
        Assert.Equal(code, detail.GetProperty("code").GetString());
        var named = answer.Json.GetProperty("data").GetProperty("params").GetProperty(parameter).GetString();
        Assert.Equal(message ?? detail.GetProperty("message").GetString(), named);
    }

    [Fact]
    public async Task Every_order_comes_once_when_nothing_changes()
    {
        var seen = new List<long>();
        for (var page = 1; ; page++)
        {
            var ids = await IdsAsync($"orders?per_page=7&page={page}&orderby=modified&order=asc");
            if (ids.Length == 0)
            {
                break;
            }

            seen.AddRange(ids);
        }

        Assert.Equal(Store.Orders.OrderBy(order => order.UpdatedAt).ThenBy(order => order.Id).Select(order => order.Id), seen);
    }

    [Fact]
    public async Task Pages_shift_when_an_order_moves()
    {
        var sorted = Store.Orders.OrderBy(order => order.UpdatedAt).ThenBy(order => order.Id).Select(order => order.Id).ToArray();
        Assert.Equal(sorted[..5], await IdsAsync("orders?per_page=5&page=1&orderby=modified&order=asc"));

        // One of the first page moves to the end: what was sixth slips back to the page already read.
        Store.UpdateOrder(sorted[2]);
        Assert.Equal(sorted[6..11], await IdsAsync("orders?per_page=5&page=2&orderby=modified&order=asc"));
    }

    [Fact]
    public async Task The_modified_filter_is_exclusive_and_reads_the_column_it_is_told()
    {
        var order = Store.Orders.OrderBy(found => found.UpdatedAt).ElementAt(Store.Orders.Count / 2);
        var later = Store.Orders.Where(found => found.UpdatedAt > order.UpdatedAt).Select(found => found.Id).Order();
        var gmt = order.UpdatedAt.UtcDateTime.ToString("s", CultureInfo.InvariantCulture);
        var local = TimeZoneInfo.ConvertTime(order.UpdatedAt, Berlin).DateTime.ToString("s", CultureInfo.InvariantCulture);
        Assert.Equal(later, (await AllAsync($"modified_after={gmt}&dates_are_gmt=true")).Order());
        Assert.Equal(later, (await AllAsync($"modified_after={local}")).Order());

        // With Z the time is turned into the site's zone first: right for the local column, two hours late for the GMT one.
        Assert.Equal(later, (await AllAsync($"modified_after={gmt}Z")).Order());
        var late = Store.Orders.Where(found => found.UpdatedAt > order.UpdatedAt.AddHours(2)).Select(found => found.Id).Order();
        Assert.Equal(late, (await AllAsync($"modified_after={gmt}Z&dates_are_gmt=true")).Order());

        var earlier = Store.Orders.Where(found => found.UpdatedAt < order.UpdatedAt).Select(found => found.Id).Order();
        Assert.Equal(earlier, (await AllAsync($"modified_before={gmt}&dates_are_gmt=1")).Order());
    }

    [Fact]
    public async Task An_old_core_ignores_the_filter_without_a_word()
    {
        Site.Behaviour = Site.Behaviour with { IgnoresModifiedFilter = true };
        var answer = await GetAsync("orders?modified_after=2026-07-14T00:00:00&dates_are_gmt=true");
        Assert.Equal($"{Store.Orders.Count}", answer.Headers["X-WP-Total"]);
        Assert.Equal(200, (await GetAsync("orders?modified_after=nonsense")).Status);
        Assert.Empty(Site.Log.Violations);

        Site.Behaviour = Site.Behaviour with { KnowsOrderByModified = false };
        Assert.Equal(400, (await GetAsync("orders?orderby=modified")).Status);
    }

    [Fact]
    public async Task Lists_filter_by_what_they_declare()
    {
        var guest = Store.Orders.First(order => order.CustomerId is null);
        var known = Store.Orders.First(order => order.CustomerId is not null);
        Assert.Contains(guest.Id, await IdsAsync("orders?customer=0&per_page=100"));
        Assert.All(await OrdersOf(known.CustomerId!.Value), id => Assert.Equal(known.CustomerId, Store.FindOrder(id)!.CustomerId));
        Assert.Equal([known.Id, guest.Id], await IdsAsync($"orders?include={known.Id},{guest.Id}&orderby=include"));
        Assert.DoesNotContain(known.Id, await IdsAsync($"orders?exclude={known.Id}&per_page=100"));
        Assert.Equal(
            Store.Orders.Count(order => order.CancelledAt is not null),
            int.Parse((await GetAsync("orders?status=cancelled")).Headers["X-WP-Total"]));
        var slim = (await GetAsync("orders?_fields=id,total")).Json[0].EnumerateObject().Select(member => member.Name);
        Assert.Equal(["id", "total"], slim);
    }

    [Fact]
    public async Task A_parameter_that_means_nothing_is_ignored_and_noted()
    {
        Assert.Equal(200, (await GetAsync("customers?since=2026-01-01")).Status);
        Assert.Equal("parameter since means nothing here and was ignored", Site.Log.Violations.Single().Reason);
    }

    [Fact]
    public async Task Products_sort_and_filter_by_sku_into_variations()
    {
        var variable = Store.Products.First(product => product.Variants.Count > 1);
        var found = (await GetAsync($"products?sku={variable.Variants[1].Sku}")).Json;
        Assert.Equal(variable.Variants[1].Id, found[0].GetProperty("id").GetInt64());
        Assert.Equal("variation", found[0].GetProperty("type").GetString());
        Assert.Equal(variable.Id, found[0].GetProperty("parent_id").GetInt64());
        Assert.Equal(
            Store.Products.OrderBy(product => product.UpdatedAt).ThenBy(product => product.Id).Select(product => product.Id),
            await IdsAsync("products?per_page=100&orderby=modified&order=asc"));
        Assert.Equal(variable.Variants.Select(variant => variant.Id), await IdsAsync($"products/{variable.Id}/variations?per_page=100&orderby=id&order=asc"));
        Assert.Empty(await IdsAsync("products/999999/variations"));
    }

    [Fact]
    public async Task Customers_are_buyers_by_name_unless_told_otherwise()
    {
        var walk = await IdsAsync("customers?orderby=registered_date&order=asc&per_page=100");
        Assert.Equal(Store.Customers.OrderBy(customer => customer.CreatedAt).Take(100).Select(customer => customer.Id).Order(), walk.Order());
        Assert.DoesNotContain(1L, walk);
        Assert.Contains(1L, await IdsAsync("customers?role=all&orderby=id&per_page=100"));
        var email = (await GetAsync($"customers/{walk[0]}")).Json.GetProperty("email").GetString();
        Assert.Equal([walk[0]], await IdsAsync($"customers?email={email}"));
        Assert.Equal("woocommerce_rest_invalid_id", (await GetAsync("customers/999999")).Code);
    }

    private static TimeZoneInfo Berlin => TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private Task<long[]> OrdersOf(long customer) => IdsAsync($"orders?customer={customer}&per_page=100");

    private async Task<List<long>> AllAsync(string filter)
    {
        var all = new List<long>();
        for (var page = 1; await IdsAsync($"orders?{filter}&per_page=100&page={page}") is { Length: > 0 } ids; page++)
        {
            all.AddRange(ids);
        }

        return all;
    }
}
