using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StoreClaw.Reports;

/// <summary>Amounts as they stand in reports and as people read them.</summary>
public static class Figures
{
    // Dividing by it drops the zeros at the end.
    private const decimal One = 1.0000000000000000000000000000m;

    private static readonly HashSet<string> Whole = ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"];

    /// <summary>The same amount with two decimals, or more when it has more.</summary>
    public static decimal Money(decimal amount) => Plain(amount) is { Scale: >= 2 } exact ? exact : Plain(amount) + 0.00m;

    /// <summary>The same number without zeros at its end.</summary>
    public static decimal Plain(decimal number) => number / One;

    /// <summary>One part of a whole, half-even to two decimals; zero when there is no whole.</summary>
    public static decimal Ratio(decimal amount, decimal count) => count == 0 ? 0.00m : Money(decimal.Round(amount / count, 2, MidpointRounding.ToEven));

    /// <summary>"GBP 1,234.50", and "JPY 1,235" where money has no smaller unit (ISO 4217).</summary>
    public static string Read(decimal amount, string currency) => Whole.Contains(currency)
        ? $"{currency} {decimal.Round(amount, MidpointRounding.ToEven).ToString("#,##0", CultureInfo.InvariantCulture)}"
        : $"{currency} {Amount(amount)}";

    /// <summary>"1,234.50", where the currency stands elsewhere.</summary>
    public static string Amount(decimal amount) => Money(amount).ToString("#,##0.00###", CultureInfo.InvariantCulture);

    /// <summary>"1,234".</summary>
    public static string Read(decimal count) => count.ToString("#,##0.###", CultureInfo.InvariantCulture);

    /// <summary>A change in percent: "▲12.5%", "▼3%", "±0%".</summary>
    public static string Arrow(decimal percent) => Math.Sign(percent) switch
    {
        > 0 => string.Create(CultureInfo.InvariantCulture, $"▲{percent:#,##0.#}%"),
        < 0 => string.Create(CultureInfo.InvariantCulture, $"▼{-percent:#,##0.#}%"),
        _ => "±0%",
    };
}

/// <summary>A decimal that is a count or a percentage, not money: a JSON number without needless zeros.</summary>
public sealed class PlainNumberConverter : JsonConverter<decimal>
{
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDecimal();

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(Figures.Plain(value));
}
