namespace StoreClaw.Sandbox.WeCom;

/// <summary>Judges a <c>template_card</c>. Lengths are advice (the phone cuts), structure is not.</summary>
internal sealed class WeComCardParser(WeComOptions options, Func<string, FileContent?> media)
{
    private const string TextNotice = "text_notice";
    private const string NewsNotice = "news_notice";
    private const int Rows = 6;
    private const int Jumps = 3;
    private const int Paragraphs = 4;
    private const decimal NarrowestImage = 1.3m;
    private const decimal WidestImage = 2.25m;

    public (GroupContent? Content, WeComRefusal? Refusal) Read(WeComFields card)
    {
        var refusal = JudgeType(card) ?? JudgeSource(card) ?? JudgeQuote(card) ?? JudgeRows(card) ?? JudgeJumps(card) ?? JudgeAction(card);
        return refusal is null ? (Build(card), null) : (null, refusal);
    }

    private WeComRefusal? JudgeType(WeComFields card) => card.Text("card_type") switch
    {
        null => WeComRefusal.Missing(card.Path("card_type")),
        TextNotice => card.Object("main_title")?.Has("title") == true || card.Has("sub_title_text")
            ? null
            : WeComRefusal.Missing(card.Path("main_title.title")),
        NewsNotice => JudgeNewsNotice(card),
        // Buttons and votes call back, which only an app can take.
        _ => WeComRefusal.Invalid($"field `{card.Path("card_type")}` is not supported"),
    };

    private WeComRefusal? JudgeNewsNotice(WeComFields card)
    {
        if (card.Object("main_title")?.Has("title") != true)
        {
            return WeComRefusal.Missing(card.Path("main_title.title"));
        }

        if (card.Object("card_image") is not { } image || !image.Has("url"))
        {
            return WeComRefusal.Missing(card.Path("card_image.url"));
        }

        if (image.Number("aspect_ratio") is < NarrowestImage or > WidestImage)
        {
            return WeComRefusal.Invalid($"field `{image.Path("aspect_ratio")}` expect value in [1.3, 2.25]");
        }

        return WeComUrls.Judge(options, image.Text("url")) ?? JudgeImageText(card) ?? JudgeParagraphs(card);
    }

    private WeComRefusal? JudgeImageText(WeComFields card)
    {
        if (card.Object("image_text_area") is not { } area)
        {
            return null;
        }

        return area.Has("image_url") ? JudgeLink(area, 0, 2) : WeComRefusal.Missing(area.Path("image_url"));
    }

    private static WeComRefusal? JudgeParagraphs(WeComFields card) => JudgeList(card, "vertical_content_list", Paragraphs, "title", _ => null);

    private static WeComRefusal? JudgeSource(WeComFields card) =>
        card.Object("source")?.Number("desc_color") is < 0 or > 3
            ? WeComRefusal.Invalid("field `template_card.source.desc_color` expect value in [0, 3]")
            : null;

    private WeComRefusal? JudgeQuote(WeComFields card) => card.Object("quote_area") is { } quote ? JudgeLink(quote, 0, 2) : null;

    private WeComRefusal? JudgeRows(WeComFields card) => JudgeList(card, "horizontal_content_list", Rows, "keyname", JudgeRow);

    private WeComRefusal? JudgeRow(WeComFields row) => (row.Number("type") ?? 0) switch
    {
        0 => null,
        1 => row.Has("url") ? WeComUrls.Judge(options, row.Text("url")) : WeComRefusal.Missing(row.Path("url")),
        2 => !row.Has("media_id") ? new WeComRefusal(41006, "missing media_id")
            : media(row.Text("media_id")!) is null ? new WeComRefusal(40007, "invalid media_id")
            : null,
        3 => row.Has("userid") ? null : WeComRefusal.Missing(row.Path("userid")),
        _ => WeComRefusal.Invalid($"field `{row.Path("type")}` expect value in [0, 3]"),
    };

    private WeComRefusal? JudgeJumps(WeComFields card) => JudgeList(card, "jump_list", Jumps, "title", jump => JudgeLink(jump, 0, 2));

    private WeComRefusal? JudgeAction(WeComFields card) =>
        card.Object("card_action") is { } action ? JudgeLink(action, 1, 2) : WeComRefusal.Missing(card.Path("card_action"));

    private static WeComRefusal? JudgeList(WeComFields card, string name, int limit, string required, Func<WeComFields, WeComRefusal?> judge)
    {
        var items = card.Objects(name) ?? [];
        if (items.Count > limit)
        {
            return WeComRefusal.Invalid($"field `{card.Path(name)}` expect array size in [0, {limit}]");
        }

        return items
            .Select(item => item.Has(required) ? judge(item) : WeComRefusal.Missing(item.Path(required)))
            .FirstOrDefault(refusal => refusal is not null);
    }

    /// <summary>Type 0 leads nowhere, 1 to a page, 2 to a mini program.</summary>
    private WeComRefusal? JudgeLink(WeComFields link, int lowest, int highest)
    {
        var type = link.Number("type") ?? 0;
        if (type < lowest || type > highest)
        {
            return WeComRefusal.Invalid($"field `{link.Path("type")}` expect value in [{lowest}, {highest}]");
        }

        return type switch
        {
            1 => link.Has("url") ? WeComUrls.Judge(options, link.Text("url")) : WeComRefusal.Missing(link.Path("url")),
            2 => link.Has("appid") ? null : WeComRefusal.Missing(link.Path("appid")),
            _ => null,
        };
    }

    private static CardContent Build(WeComFields card) => new()
    {
        CardType = card.Text("card_type")!,
        Source = card.Object("source")?.Text("desc"),
        Title = card.Object("main_title")?.Text("title"),
        Description = card.Object("main_title")?.Text("desc"),
        Emphasis = Row(card.Object("emphasis_content"), "title", "desc"),
        SubTitle = card.Text("sub_title_text"),
        Quote = Row(card.Object("quote_area"), "title", "quote_text"),
        ImageUrl = card.Object("card_image")?.Text("url"),
        ImageText = Row(card.Object("image_text_area"), "title", "desc"),
        Paragraphs = [.. (card.Objects("vertical_content_list") ?? []).Select(item => Row(item, "title", "desc")!)],
        Rows = [.. (card.Objects("horizontal_content_list") ?? []).Select(item => Row(item, "keyname", "value")!)],
        Jumps = [.. (card.Objects("jump_list") ?? []).Select(item => Row(item, "title", "title")!)],
        ActionUrl = card.Object("card_action")?.Text("url"),
    };

    private static CardRow? Row(WeComFields? fields, string name, string value) =>
        fields is null ? null : new CardRow(fields.Text(name) ?? "", fields.Text(value), fields.Text("url"));
}
