using System.Text.Json.Serialization;

namespace StoreClaw.Notifications.WeCom;

/// <param name="DescColor">0 grey, 1 black, 2 red, 3 green.</param>
public sealed record WeComCardSource(string? IconUrl = null, string? Desc = null, int DescColor = 0);

public sealed record WeComCardTitle(string? Title = null, string? Desc = null);

/// <summary>Where a tap leads.</summary>
/// <param name="Type">0 nowhere, 1 the address, 2 the mini program.</param>
public record WeComCardLink(int Type)
{
    public string? Url { get; init; }

    [JsonPropertyName("appid")]
    public string? AppId { get; init; }

    [JsonPropertyName("pagepath")]
    public string? PagePath { get; init; }
}

public sealed record WeComCardQuote(int Type) : WeComCardLink(Type)
{
    public string? Title { get; init; }

    public string? QuoteText { get; init; }
}

public sealed record WeComCardJump(int Type, string Title) : WeComCardLink(Type);

public sealed record WeComCardImageText(int Type, string ImageUrl) : WeComCardLink(Type)
{
    public string? Title { get; init; }

    public string? Desc { get; init; }
}

/// <param name="Type">0 text, 1 address, 2 file, 3 member.</param>
public sealed record WeComCardRow([property: JsonPropertyName("keyname")] string KeyName, string? Value = null, int Type = 0)
{
    public string? Url { get; init; }

    public string? MediaId { get; init; }

    [JsonPropertyName("userid")]
    public string? UserId { get; init; }
}

public sealed record WeComCardImage(string Url, double AspectRatio = 1.3);

/// <summary>What both kinds of template card have. Lengths of card texts are advice (the phone cuts), structure is not.</summary>
public abstract record WeComCard(WeComCardLink CardAction) : WeComMessage
{
    private const int MostRows = 6;
    private const int MostJumps = 3;

    public override string Type => "template_card";

    public abstract string CardType { get; }

    public WeComCardSource? Source { get; init; }

    public WeComCardTitle? MainTitle { get; init; }

    public WeComCardQuote? QuoteArea { get; init; }

    public IReadOnlyList<WeComCardRow>? HorizontalContentList { get; init; }

    public IReadOnlyList<WeComCardJump>? JumpList { get; init; }

    public override void Validate()
    {
        WeComLimits.Require(CardAction.Type is 1 or 2, "template_card.card_action.type is neither 1 nor 2.");
        Link("card_action", CardAction);
        Link("quote_area", QuoteArea);
        WeComLimits.Require(Source is not { DescColor: < 0 or > 3 }, "template_card.source.desc_color is not one of 0 to 3.");
        WeComLimits.Most("template_card.horizontal_content_list", HorizontalContentList?.Count ?? 0, MostRows, "rows");
        WeComLimits.Most("template_card.jump_list", JumpList?.Count ?? 0, MostJumps, "links");
        foreach (var row in HorizontalContentList ?? [])
        {
            Row(row);
        }

        foreach (var jump in JumpList ?? [])
        {
            WeComLimits.Present("template_card.jump_list.title", jump.Title);
            Link("jump_list", jump);
        }
    }

    protected static void Link(string field, WeComCardLink? link)
    {
        WeComLimits.Require(link is not { Type: < 0 or > 2 }, $"template_card.{field}.type is not one of 0 to 2.");
        if (link is { Type: 1 })
        {
            WeComLimits.Url($"template_card.{field}.url", link.Url);
        }
        else if (link is { Type: 2 })
        {
            WeComLimits.Present($"template_card.{field}.appid", link.AppId);
        }
    }

    private static void Row(WeComCardRow row)
    {
        const string Field = "template_card.horizontal_content_list";
        WeComLimits.Present($"{Field}.keyname", row.KeyName);
        switch (row.Type)
        {
            case 0:
                break;
            case 1:
                WeComLimits.Url($"{Field}.url", row.Url);
                break;
            case 2:
                WeComLimits.Present($"{Field}.media_id", row.MediaId);
                break;
            case 3:
                WeComLimits.Present($"{Field}.userid", row.UserId);
                break;
            default:
                throw new WeComLimitException($"{Field}.type is not one of 0 to 3.");
        }
    }
}

/// <summary>A card of text with one figure set large.</summary>
public sealed record WeComTextNotice(WeComCardLink CardAction) : WeComCard(CardAction)
{
    public override string CardType => "text_notice";

    public WeComCardTitle? EmphasisContent { get; init; }

    public string? SubTitleText { get; init; }

    public override void Validate()
    {
        base.Validate();
        WeComLimits.Require(
            !string.IsNullOrEmpty(MainTitle?.Title) || !string.IsNullOrEmpty(SubTitleText), "template_card needs main_title.title or sub_title_text.");
    }
}

/// <summary>A card under a picture.</summary>
public sealed record WeComNewsNotice(WeComCardLink CardAction, WeComCardImage CardImage) : WeComCard(CardAction)
{
    private const int MostParagraphs = 4;

    public override string CardType => "news_notice";

    public WeComCardImageText? ImageTextArea { get; init; }

    public IReadOnlyList<WeComCardTitle>? VerticalContentList { get; init; }

    public override void Validate()
    {
        base.Validate();
        WeComLimits.Present("template_card.main_title.title", MainTitle?.Title);
        WeComLimits.Url("template_card.card_image.url", CardImage.Url);
        WeComLimits.Require(CardImage.AspectRatio is >= 1.3 and <= 2.25, "template_card.card_image.aspect_ratio is not within 1.3 to 2.25.");
        WeComLimits.Most("template_card.vertical_content_list", VerticalContentList?.Count ?? 0, MostParagraphs, "paragraphs");
        foreach (var paragraph in VerticalContentList ?? [])
        {
            WeComLimits.Present("template_card.vertical_content_list.title", paragraph.Title);
        }

        Link("image_text_area", ImageTextArea);
        if (ImageTextArea is { } area)
        {
            WeComLimits.Url("template_card.image_text_area.image_url", area.ImageUrl);
        }
    }
}
