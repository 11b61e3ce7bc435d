using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>One WordPress site with WooCommerce: its shop, its keys, its webhooks and its oddities.</summary>
public sealed class WooCommerceSite : IDisposable
{
    private readonly ConcurrentDictionary<string, WooCommerceKey> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, bool> _managed = new();
    private readonly ConcurrentDictionary<long, bool> _trashed = new();
    private readonly ConcurrentDictionary<long, bool> _deleted = new();
    private readonly ConcurrentQueue<WooCommerceFault> _faults = new();
    private readonly HashSet<long> _simple;
    private readonly int _seed;
    private int _nextKey;
    private int _callsNow;
    private int _callsMost;
    private (IReadOnlyList<SimOrder> Orders, Dictionary<long, long> Sold) _sales = ([], []);

    internal WooCommerceSite(Uri url, SimStore store, WooCommerceBehaviour behaviour, TimeProvider time, int seed, CallLog platformLog)
    {
        Url = url.GetLeftPart(UriPartial.Path).TrimEnd('/');
        Address = url;
        Store = store;
        Behaviour = behaviour;
        Clock = time;
        _seed = seed;
        Time = new WooTime(TimeZoneInfo.FindSystemTimeZoneById(store.Profile.TimeZone));
        Log = new CallLog(time, platformLog);
        Hooks = new WooWebhooks(this, time);
        Authorization = new WooAuthorization(this);
        Orders = new WooOrderShape(this);
        Products = new WooProductShape(this);
        Customers = new WooCustomerShape(this);
        _simple = [.. store.Products.Where(product => !WooProductShape.IsVariable(product)).Select(product => product.Id)];
        store.Subscribe(Hear);
    }

    /// <summary>The home address without a final slash, sub-folder included.</summary>
    public string Url { get; }

    public SimStore Store { get; }

    /// <summary>May change while the site runs.</summary>
    public WooCommerceBehaviour Behaviour { get; set; }

    /// <summary>
    /// Calls of this site by kind (<c>orders.list</c>, <c>products.update</c>, <c>webhooks.create</c>, <c>webhook.ping</c>, <c>webhook.delivery</c>
    /// and so on) and answers by status (<c>status.404</c>).
    /// </summary>
    public CallLog Log { get; }

    /// <summary>How many calls it ever had to answer at the same time; a gentle caller leaves it at 1.</summary>
    public int MostCallsAtOnce => Volatile.Read(ref _callsMost);

    public IReadOnlyList<WooCommerceKey> Keys => [.. _keys.Values.OrderBy(key => key.Id)];

    public IReadOnlyList<WooCommerceWebhook> Webhooks => [.. Hooks.All.Select(webhook => webhook.Snapshot())];

    /// <summary>Everything that was ever delivered, in order.</summary>
    public IReadOnlyList<WooCommerceDelivery> Deliveries => Hooks.Deliveries;

    /// <summary>Deliveries the action scheduler still holds.</summary>
    public int WaitingDeliveries => Hooks.Waiting;

    internal Uri Address { get; }

    internal TimeProvider Clock { get; }

    internal WooTime Time { get; }

    internal WooWebhooks Hooks { get; }

    internal WooAuthorization Authorization { get; }

    internal WooOrderShape Orders { get; }

    internal WooProductShape Products { get; }

    internal WooCustomerShape Customers { get; }

    /// <summary>A key as Settings &gt; Advanced &gt; REST API makes it.</summary>
    public WooCommerceKey CreateKey(
        WooCommercePermission permission = WooCommercePermission.ReadWrite,
        WooCommerceRole role = WooCommerceRole.Administrator,
        string description = "StoreClaw")
    {
        var id = Interlocked.Increment(ref _nextKey);
        var (consumerKey, consumerSecret) = ("ck_" + Hash($"consumer key {id}")[..40], "cs_" + Hash($"consumer secret {id}")[..40]);
        var key = new WooCommerceKey(id, consumerKey, consumerSecret, permission, role, description);
        _keys[key.ConsumerKey] = key;
        return key;
    }

    /// <summary>The seller deletes the key in the settings; there is no other way to revoke one.</summary>
    public void RevokeKey(WooCommerceKey key) => _keys.TryRemove(key.ConsumerKey, out _);

    /// <summary>The next calls to the REST API meet this fault.</summary>
    public void Inject(WooCommerceFault fault, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _faults.Enqueue(fault);
        }
    }

    /// <summary>Moves an order to the trash: its status is <c>trash</c>, lists of any status leave it out, <c>order.deleted</c> goes out.</summary>
    public void TrashOrder(long id)
    {
        if (_trashed.TryAdd(id, true))
        {
            Store.UpdateOrder(id);
            Hooks.Enqueue("order.deleted", id);
        }
    }

    public void RestoreOrder(long id)
    {
        if (_trashed.ContainsKey(id))
        {
            Store.UpdateOrder(id);
            _trashed.TryRemove(id, out _);
            Hooks.Enqueue("order.restored", id);
        }
    }

    /// <summary>Deletes an order for good. Core's <c>order.deleted</c> listens to the trash only: no webhook tells of this.</summary>
    public void DeleteOrder(long id) => _deleted[id] = true;

    /// <summary>The seller pauses a webhook in the settings, or switches it on again.</summary>
    public void SetWebhookStatus(int id, string status) => Hooks.Find(id)!.Status = status;

    /// <summary>Sends what the action scheduler has due, one after the other.</summary>
    /// <returns>How many deliveries were attempted.</returns>
    public Task<int> DeliverDueAsync(CancellationToken cancellation = default) => Hooks.DeliverDueAsync(cancellation);

    /// <summary>The seller, logged in as administrator, opens the wc-auth address and approves.</summary>
    public Task<WooCommerceApproval> ApproveAsync(Uri authorizeUrl) => Authorization.ApproveAsync(WooQuery.Parse(authorizeUrl.Query));

    /// <summary>The seller refuses: no key, and the browser goes back with <c>success=0</c>.</summary>
    public WooCommerceApproval Deny(Uri authorizeUrl) => Authorization.Deny(WooQuery.Parse(authorizeUrl.Query));

    public void Dispose()
    {
        Hooks.Dispose();
        Authorization.Dispose();
    }

    internal WooCommerceKey? FindKey(string consumerKey) => _keys.GetValueOrDefault(consumerKey);

    internal WooCommerceFault? NextFault() => _faults.TryDequeue(out var fault) ? fault : null;

    internal IDisposable Enter()
    {
        var now = Interlocked.Increment(ref _callsNow);
        var most = Volatile.Read(ref _callsMost);
        while (now > most && Interlocked.CompareExchange(ref _callsMost, now, most) is var seen && seen != most)
        {
            most = seen;
        }

        return new Visit(this);
    }

    internal SimOrder? FindOrder(long id) => _deleted.ContainsKey(id) ? null : Store.FindOrder(id);

    internal IEnumerable<SimOrder> LiveOrders() => Store.Orders.Where(order => !_deleted.ContainsKey(order.Id));

    internal bool IsTrashed(long orderId) => _trashed.ContainsKey(orderId);

    internal bool IsSimple(long productId) => _simple.Contains(productId);

    /// <summary>Units of a product in all orders; counted once for each state of the shop.</summary>
    internal long Sold(long productId)
    {
        var orders = Store.Orders;
        var sales = _sales;
        if (!ReferenceEquals(sales.Orders, orders))
        {
            var lines = orders.SelectMany(order => order.Lines).GroupBy(line => line.ProductId);
            sales = (orders, lines.ToDictionary(group => group.Key, group => group.Sum(line => (long)line.Quantity)));
            _sales = sales;
        }

        return sales.Sold.GetValueOrDefault(productId);
    }

    /// <summary><c>yes</c>, <c>no</c> or <c>parent</c>: who manages the stock of what is sold.</summary>
    internal string Stock(SimVariant variant)
    {
        if (_managed.TryGetValue(variant.Id, out var own))
        {
            return own ? "yes" : "no";
        }

        if (Behaviour.Quirks.HasFlag(WooCommerceQuirks.ParentStock) && !IsSimple(variant.ProductId))
        {
            return "parent";
        }

        return Behaviour.ManagesStock ? "yes" : "no";
    }

    /// <summary><c>yes</c> or <c>no</c>: whether a variable product keeps the stock of its variations.</summary>
    internal string ParentStock(SimProduct product)
    {
        var managed = _managed.TryGetValue(product.Id, out var own) ? own : Behaviour.Quirks.HasFlag(WooCommerceQuirks.ParentStock);
        return managed ? "yes" : "no";
    }

    internal void ManageStock(long id, bool managed) => _managed[id] = managed;

    internal string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{_seed}|{Url}|{text}")));

    internal string Money(decimal amount) => amount.ToString($"F{Decimals}", CultureInfo.InvariantCulture);

    internal int Decimals => Behaviour.Decimals ?? (SimMoney.Round(0.25m, Store.Profile.Currency) == 0.25m ? 2 : 0);

    internal string RestUrl(string path) => Behaviour.PrettyPermalinks ? $"{Url}/wp-json/wc/v3/{path}" : $"{Url}/index.php?rest_route=/wc/v3/{path}";

    internal JsonObject Links(string self, string collection, params IEnumerable<(string Name, string Path)> more)
    {
        var links = new JsonObject { ["self"] = Link(self), ["collection"] = Link(collection) };
        foreach (var (name, path) in more)
        {
            links[name] = Link(path);
        }

        return links;

        JsonArray Link(string path) => new(new JsonObject { ["href"] = RestUrl(path) });
    }

    /// <summary>The body of a delivery: what the REST API would answer now, an error when the thing is gone.</summary>
    internal JsonNode Payload(string resource, long id)
    {
        JsonObject? found = resource switch
        {
            "order" => FindOrder(id) is { } order ? Orders.Order(order, IsTrashed(id)) : null,
            "product" => ProductPayload(id),
            "customer" => Store.FindCustomer(id) is { } customer ? Customers.Customer(customer) : null,
            _ => null,
        };
        return found is null ? WooAnswer.InvalidId(resource == "order" ? "shop_order" : resource).Body! : WooQuirkBender.Bend(found, Behaviour.Quirks);
    }

    private JsonObject? ProductPayload(long id)
    {
        if (Store.FindProduct(id) is { } product)
        {
            return Products.Product(product, Sold(id));
        }

        return Store.FindVariant(id) is { } found ? Products.VariationAsProduct(found.Product, found.Variant) : null;
    }

    private void Hear(SimEvent told)
    {
        switch (told.Topic, told.Entity)
        {
            case (SimTopic.OrderCreated, SimOrder order):
                Hooks.Enqueue("order.created", order.Id);
                break;
            case (SimTopic.OrderUpdated, SimOrder order) when !IsTrashed(order.Id):
                Hooks.Enqueue("order.updated", order.Id);
                break;
            case (SimTopic.StockChanged, SimStockChange change) when !IsSimple(change.Product.Id):
                Hooks.Enqueue("product.updated", change.Variant.Id);
                break;
            case (SimTopic.ProductUpdated, SimProduct product):
                Hooks.Enqueue("product.updated", product.Id);
                break;
            case (SimTopic.ProductDeleted, SimProduct product):
                Hooks.Enqueue("product.deleted", product.Id);
                break;
            case (SimTopic.CustomerCreated, SimCustomer customer):
                Hooks.Enqueue("customer.created", customer.Id);
                break;
            case (SimTopic.CustomerUpdated, SimCustomer customer):
                Hooks.Enqueue("customer.updated", customer.Id);
                break;
            case (SimTopic.CustomerDeleted, SimCustomer customer):
                Hooks.Enqueue("customer.deleted", customer.Id);
                break;
            default:
                // Cancelling and refunding an order arrive as its update.
                break;
        }
    }

    private sealed class Visit(WooCommerceSite site) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref site._callsNow);
    }
}
