namespace StoreClaw.Sandbox.Commerce;

/// <param name="Price">Around what it costs in the shop's currency.</param>
/// <param name="Options">Variant titles; one product has one to all of them.</param>
public sealed record ProductIdea(string Title, string Kind, decimal Price, IReadOnlyList<string> Options);

/// <summary>What the example shops sell; a shop with more products than ideas repeats them in other styles.</summary>
public static class Catalogue
{
    private static readonly string[] Sizes = ["S", "M", "L", "XL"];
    private static readonly string[] Colours = ["Black", "Sand", "Forest", "Rust"];

    public static IReadOnlyList<ProductIdea> Fashion { get; } =
    [
        new("Linen Shirt", "Shirts", 59, Sizes), new("Oxford Shirt", "Shirts", 49, Sizes), new("Merino Sweater", "Knitwear", 89, Sizes),
        new("Rain Jacket", "Jackets", 129, Sizes), new("Chino Trousers", "Trousers", 69, ["30", "32", "34", "36"]),
        new("Canvas Tote", "Bags", 29, Colours), new("Leather Belt", "Accessories", 39, ["85 cm", "95 cm", "105 cm"]),
        new("Wool Beanie", "Accessories", 24, Colours), new("Trail Socks", "Accessories", 14, ["36-39", "40-43", "44-47"]),
        new("Denim Jacket", "Jackets", 109, Sizes), new("Summer Dress", "Dresses", 79, Sizes), new("Weekender Bag", "Bags", 149, Colours),
    ];

    public static IReadOnlyList<ProductIdea> Home { get; } =
    [
        new("Brotkasten Eiche", "Küche", 45, ["klein", "groß"]), new("Emaille-Becher", "Küche", 12, ["weiß", "blau", "grün"]),
        new("Leinentuch", "Textil", 18, ["natur", "grau"]), new("Gusspfanne", "Küche", 65, ["24 cm", "28 cm"]),
        new("Wolldecke", "Textil", 99, ["grau", "senf", "beere"]), new("Kerzenhalter", "Deko", 22, ["Messing", "schwarz"]),
        new("Teekanne", "Küche", 39, ["0,8 l", "1,2 l"]), new("Gewürzmühle", "Küche", 34, ["Salz", "Pfeffer"]),
    ];

    public static IReadOnlyList<ProductIdea> Stationery { get; } =
    [
        new("方眼ノート", "ノート", 480, ["A5", "A6", "B5"]), new("万年筆", "筆記具", 3_200, ["細字", "中字"]), new("和紙便箋", "便箋", 720, ["桜", "藍", "無地"]),
        new("筆ペン", "筆記具", 350, ["黒", "朱"]), new("手帳カバー", "手帳", 2_400, ["A5", "A6"]), new("付箋セット", "小物", 290, ["5色", "10色"]),
    ];
}
