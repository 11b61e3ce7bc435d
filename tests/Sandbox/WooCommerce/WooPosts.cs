namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>What WP_Query sorts and filters a kind of post by.</summary>
internal sealed record WooPost<T>(T Item, long Id, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt, string Words, decimal Price = 0, long Popularity = 0);

/// <summary>The filters and orders that orders, products and variations share.</summary>
internal static class WooPosts
{
    public static IReadOnlyList<WooPost<T>> Query<T>(WooCommerceSite site, WooArguments arguments, IEnumerable<WooPost<T>> posts)
    {
        var included = arguments.Integers("include");
        var excluded = arguments.Integers("exclude");
        var search = arguments.Text("search");
        var found = posts
            .Where(post => included.Count == 0 || included.Contains(post.Id))
            .Where(post => !excluded.Contains(post.Id))
            .Where(post => string.IsNullOrEmpty(search) || post.Words.Contains(search, StringComparison.OrdinalIgnoreCase))
            .Where(post => InTime(site, arguments, "after", "before", post.CreatedAt))
            .Where(post => InTime(site, arguments, "modified_after", "modified_before", post.ModifiedAt));
        return Sort(arguments, included, found);
    }

    private static bool InTime(WooCommerceSite site, WooArguments arguments, string after, string before, DateTimeOffset at)
    {
        var column = arguments.Flag("dates_are_gmt") ? at.UtcDateTime : site.Time.LocalTime(at);
        return (arguments.Text(after) is not { } lower || Whole(column) > site.Time.Column(lower))
            && (arguments.Text(before) is not { } upper || Whole(column) < site.Time.Column(upper));
    }

    /// <summary>The database keeps whole seconds.</summary>
    private static DateTime Whole(DateTime time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));

    private static List<WooPost<T>> Sort<T>(WooArguments arguments, IReadOnlyList<long> included, IEnumerable<WooPost<T>> found)
    {
        var orderBy = arguments.Text("orderby");
        if (orderBy == "include")
        {
            return [.. found.OrderBy(post => included.ToList().IndexOf(post.Id))];
        }

        Func<WooPost<T>, object> key = orderBy switch
        {
            "date" => post => post.CreatedAt,
            "modified" => post => post.ModifiedAt,
            "title" => post => post.Words,
            "price" => post => post.Price,
            "popularity" => post => post.Popularity,
            _ => post => post.Id,
        };
        return arguments.Text("order") == "asc"
            ? [.. found.OrderBy(key).ThenBy(post => post.Id)]
            : [.. found.OrderByDescending(key).ThenByDescending(post => post.Id)];
    }
}
