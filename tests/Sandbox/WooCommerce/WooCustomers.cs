using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>Customers are WordPress users: no filter by time, sorted by name unless told otherwise, and only buyers unless all roles are asked for.</summary>
internal sealed class WooCustomers(WooCommerceSite site)
{
    private static readonly string[] Roles = ["all", "administrator", "editor", "author", "contributor", "subscriber", "customer", "shop_manager"];

    private readonly WooPage _page = new(site);

    public static IReadOnlyList<WooParameter> Parameters =>
    [
        .. WooParameters.Paging(),
        new("search", WooKind.Text),
        new("order", WooKind.Choice) { Default = "asc", Values = ["asc", "desc"] },
        new("orderby", WooKind.Choice) { Default = "name", Values = ["id", "include", "name", "registered_date"] },
        new("email", WooKind.Text),
        new("role", WooKind.Choice) { Default = "customer", Values = Roles },
    ];

    public WooAnswer List(WooRequest request, WooArguments arguments)
    {
        var included = arguments.Integers("include").ToList();
        var excluded = arguments.Integers("exclude");
        var (email, search) = (arguments.Text("email"), arguments.Text("search"));
        var people = People(arguments.Text("role")!)
            .Where(person => included.Count == 0 || included.Contains(person.Id))
            .Where(person => !excluded.Contains(person.Id))
            .Where(person => email is null || person.Email.Equals(email, StringComparison.OrdinalIgnoreCase))
            .Where(person => search is null || $"{person.Name} {person.Email}".Contains(search, StringComparison.OrdinalIgnoreCase));
        Func<Person, object> key = arguments.Text("orderby") switch
        {
            "id" => person => person.Id,
            "include" => person => included.IndexOf(person.Id),
            "registered_date" => person => person.CreatedAt,
            _ => person => person.Name,
        };
        // Users of equal name or date come in no promised order: only the key is sorted by.
        List<Person> sorted = [.. arguments.Text("order") == "asc" ? people.OrderBy(key) : people.OrderByDescending(key)];
        return _page.Of(request, arguments, "customers", sorted, person => person.Show());
    }

    public WooAnswer Get(WooRequest request, long id) => People("all").FirstOrDefault(person => person.Id == id) is { } found
        ? WooAnswer.Ok(_page.Show(request, found.Show()))
        : WooAnswer.Refused(404, "woocommerce_rest_invalid_id", "Invalid resource ID.");

    private IEnumerable<Person> People(string role)
    {
        if (role is "all" or "administrator")
        {
            var created = site.Store.Products.Count == 0 ? DateTimeOffset.UnixEpoch : site.Store.Products.Min(product => product.CreatedAt);
            yield return new Person(1, "admin", "admin@example.com", created, site.Customers.Administrator);
        }

        if (role is not ("all" or "customer"))
        {
            yield break;
        }

        foreach (var customer in site.Store.Customers)
        {
            yield return new Person(
                customer.Id,
                $"{WooPeople.FirstName(customer.Id)} {WooPeople.LastName(customer.Id)}",
                WooPeople.Email(customer.Id, guest: false),
                customer.CreatedAt,
                () => site.Customers.Customer(customer));
        }
    }

    private sealed record Person(long Id, string Name, string Email, DateTimeOffset CreatedAt, Func<JsonObject> Show);
}
