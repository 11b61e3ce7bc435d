using System.Globalization;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>Cuts a list into the page that was asked for. Lists are live: what changes between two pages shifts them.</summary>
internal sealed class WooPage(WooCommerceSite site)
{
    public WooAnswer Of<T>(WooRequest request, WooArguments arguments, string path, IReadOnlyList<T> all, Func<T, JsonObject> show)
    {
        var perPage = arguments.Integer("per_page")!.Value;
        var page = arguments.Integer("page")!.Value;
        var offset = arguments.Integer("offset") is { } given ? Math.Abs(given) : (page - 1) * perPage;
        var pages = (all.Count + perPage - 1) / perPage;
        var items = offset >= all.Count ? [] : all.Skip((int)offset).Take((int)perPage);
        List<(string, string)> headers =
        [
            ("X-WP-Total", all.Count.ToString(CultureInfo.InvariantCulture)),
            ("X-WP-TotalPages", pages.ToString(CultureInfo.InvariantCulture)),
        ];
        var links = new List<string>();
        if (page > 1)
        {
            links.Add(Link(request, path, Math.Min(page - 1, pages), "prev"));
        }

        if (pages > page)
        {
            links.Add(Link(request, path, page + 1, "next"));
        }

        if (links.Count > 0)
        {
            headers.Add(("Link", string.Join(", ", links)));
        }

        return WooAnswer.Ok(WooJson.Array(items.Select(item => Show(request, show(item))))) with { Headers = headers };
    }

    /// <summary>One resource as the site's plug-ins and the caller's <c>_fields</c> leave it.</summary>
    public JsonObject Show(WooRequest request, JsonObject resource)
    {
        WooQuirkBender.Bend(resource, site.Behaviour.Quirks);
        if (request.Query.TryGetValue("_fields", out var fields))
        {
            var kept = fields.SelectMany(field => field.Split(',', StringSplitOptions.TrimEntries)).Append("id").ToHashSet();
            foreach (var name in resource.Select(member => member.Key).Where(name => !kept.Contains(name)).ToArray())
            {
                resource.Remove(name);
            }
        }

        return resource;
    }

    private string Link(WooRequest request, string path, long page, string relation)
    {
        var url = site.RestUrl(path);
        var query = WooQuery.Write(request.Query, "page", page.ToString(CultureInfo.InvariantCulture));
        return $"<{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}>; rel=\"{relation}\"";
    }
}
