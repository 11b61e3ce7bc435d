using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.WooCommerce;

namespace StoreClaw.Tests.Sandbox.WooCommerce;

/// <summary>A Berlin shop on a simulated site, and a caller that knows nothing but HTTP.</summary>
public abstract class WooFixture : IAsyncLifetime
{
    protected HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    protected SandboxClock Clock { get; } = new(new DateTimeOffset(2026, 7, 15, 10, 0, 0, TimeSpan.Zero));

    protected WooCommercePlatform Platform { get; private set; } = null!;

    protected SimStore Store { get; private set; } = null!;

    protected WooCommerceSite Site { get; private set; } = null!;

    protected WooCommerceKey Key { get; private set; } = null!;

    protected virtual string SiteUrl => "https://shop.example";

    public virtual async Task InitializeAsync()
    {
        Platform = await WooCommercePlatform.StartAsync(Clock);
        Store = SimStore.Generate(ShopProfile.EuropeanHome with { Days = 12, Products = 12, EarlierCustomers = 15 }, 7, Clock);
        Site = Platform.AddSite(SiteUrl, Store);
        Key = Site.CreateKey();
        Clock.Advance(TimeSpan.FromMinutes(1));
    }

    public virtual async Task DisposeAsync()
    {
        await Platform.DisposeAsync();
        Http.Dispose();
    }

    protected static string Basic(string key, string secret) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:{secret}"));

    protected HttpRequestMessage Request(HttpMethod method, string pathAndQuery, object? body = null, WooCommerceKey? key = null)
    {
        var request = new HttpRequestMessage(method, new Uri(Platform.BaseAddress, pathAndQuery));
        request.Headers.Add(WooCommercePlatform.OriginalHostHeader, new Uri(SiteUrl).Authority);
        var used = key ?? Key;
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Basic(used.ConsumerKey, used.ConsumerSecret));
        if (body is not null)
        {
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        }

        return request;
    }

    protected async Task<Answer> CallAsync(HttpMethod method, string path, object? body = null, WooCommerceKey? key = null)
    {
        using var request = Request(method, "/wp-json/wc/v3/" + path, body, key);
        return await SendAsync(request);
    }

    protected Task<Answer> GetAsync(string path, WooCommerceKey? key = null) => CallAsync(HttpMethod.Get, path, null, key);

    protected async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Http.SendAsync(request);
        var headers = response.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, headers, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());
    }

    protected async Task<long[]> IdsAsync(string path) => [.. (await GetAsync(path)).Json.EnumerateArray().Select(item => item.GetProperty("id").GetInt64())];

    /// <param name="Body">As it came, so that what stands in front of JSON is seen.</param>
    protected sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, string? ContentType, string Body)
    {
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;

        public string? Code => Json.GetProperty("code").GetString();
    }
}
