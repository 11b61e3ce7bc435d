using System.Globalization;
using System.IO.Compression;
using System.Text;
using NodaTime;
using NodaTime.Text;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Reports;

/// <summary>One line of a real invoice, as the file has it; only the instant is worked out (the shop's clock is London's).</summary>
internal sealed record InvoiceLine(string Invoice, string Sku, string Title, int Quantity, Instant At, decimal Price, string Customer, string Country)
{
    public decimal Amount => Quantity * Price;

    /// <summary>The invoice's number without the C of a credit note.</summary>
    public int Number { get; } = int.Parse(Invoice.TrimStart('C'), CultureInfo.InvariantCulture);
}

/// <summary>The invoices of a UK online retailer in <c>shared/data</c> beside the repository, read in place.</summary>
internal static class OnlineRetail
{
    private static readonly Lazy<IReadOnlyList<InvoiceLine>> Read = new(static () => [.. ReadLines(File!)]);

    public static string? File { get; } = Samples.Find("data", "online-retail-2010-12_2011-02.csv.gz");

    public static IReadOnlyList<InvoiceLine> Lines => Read.Value;

    private static IEnumerable<InvoiceLine> ReadLines(string file)
    {
        using var reader = new StreamReader(new GZipStream(System.IO.File.OpenRead(file), CompressionMode.Decompress), Encoding.UTF8);
        var london = DateTimeZoneProviders.Tzdb["Europe/London"];
        var clock = LocalDateTimePattern.CreateWithInvariantCulture("yyyy-MM-dd HH:mm:ss");
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var cells = Split(line);
            yield return new InvoiceLine(
                cells[0],
                cells[1],
                cells[2],
                int.Parse(cells[3], CultureInfo.InvariantCulture),
                clock.Parse(cells[4]).Value.InZoneStrictly(london).ToInstant(),
                decimal.Parse(cells[5], CultureInfo.InvariantCulture),
                cells[6],
                cells[7]);
        }
    }

    private static List<string> Split(string line)
    {
        var (cells, cell, quoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < line.Length; i++)
        {
            switch (line[i])
            {
                case '"' when quoted && i + 1 < line.Length && line[i + 1] == '"':
                    cell.Append(line[++i]);
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    cells.Add(cell.ToString());
                    cell.Clear();
                    break;
                default:
                    cell.Append(line[i]);
                    break;
            }
        }

        return [.. cells, cell.ToString()];
    }
}

/// <summary>A theory about the real invoices; skipped where they are not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnlineRetailTheoryAttribute : TheoryAttribute
{
    public OnlineRetailTheoryAttribute()
    {
        if (OnlineRetail.File is null)
        {
            Skip = "There is no shared/data with the invoices beside the repository.";
        }
    }
}
