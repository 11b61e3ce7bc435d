using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>Customers as REST v3 shows them, the shop's own administrator among them when all roles are asked for.</summary>
internal sealed class WooCustomerShape(WooCommerceSite site)
{
    public JsonObject Customer(SimCustomer customer)
    {
        var billing = WooPeople.Billing(customer.Id, customer.Country, guest: false);
        var shipping = WooPeople.Shipping(customer.Id, customer.Country);
        return Person(customer.Id, "customer", customer.CreatedAt, customer.UpdatedAt, billing, shipping, customer.OrderCount > 0);
    }

    public JsonObject Administrator()
    {
        var opened = site.Store.Products.Count == 0 ? DateTimeOffset.UnixEpoch : site.Store.Products.Min(product => product.CreatedAt);
        var nobody = new JsonObject(WooPeople.Billing(1, "", guest: false).Select(member => KeyValuePair.Create(member.Key, (JsonNode?)"")));
        var nowhere = new JsonObject(WooPeople.Shipping(1, "").Select(member => KeyValuePair.Create(member.Key, (JsonNode?)"")));
        return Person(1, "administrator", opened, opened, nobody, nowhere, paying: false);
    }

    private JsonObject Person(
        long id, string role, DateTimeOffset created, DateTimeOffset modified, JsonObject billing, JsonObject shipping, bool paying)
    {
        return new JsonObject
        {
            ["id"] = id,
            ["date_created"] = site.Time.Local(created),
            ["date_created_gmt"] = WooTime.Gmt(created),
            ["date_modified"] = site.Time.Local(modified),
            ["date_modified_gmt"] = WooTime.Gmt(modified),
            ["email"] = role == "customer" ? WooPeople.Email(id, guest: false) : "admin@example.com",
            ["first_name"] = WooPeople.FirstName(id),
            ["last_name"] = WooPeople.LastName(id),
            ["role"] = role,
            ["username"] = role == "customer" ? $"customer.{id}" : "admin",
            ["billing"] = billing,
            ["shipping"] = shipping,
            ["is_paying_customer"] = paying,
            ["avatar_url"] = $"https://secure.gravatar.com/avatar/{site.Hash($"avatar {id}")[..32]}?s=96",
            ["meta_data"] = new JsonArray(),
            ["_links"] = site.Links($"customers/{id}", "customers"),
        };
    }
}
