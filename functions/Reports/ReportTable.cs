using System.Globalization;
using StoreClaw.Connections;

namespace StoreClaw.Reports;

/// <summary>A titled table of texts; the first columns name the row, the others are figures.</summary>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Columns, int Names, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>What every report says of itself in words, for the renderings of the whole (English).</summary>
internal static class ReportTexts
{
    private const string ZuluFormat = "yyyy-MM-dd HH:mm 'UTC'";

    public static string Stores(Report report) => string.Join(", ", report.Stores.Select(static store => store.Name == store.Store ? $"{store.Store} ({store.Connector})" : $"{store.Name} ({store.Connector}, {store.Store})"));

    /// <summary>The names of those that are not connected.</summary>
    public static IReadOnlyList<string> Gone(Report report) => [.. report.Stores.Where(static store => store.Status != ConnectionStatus.Connected).Select(static store => store.Name)];

    /// <summary>"2026-03-02 08:00 UTC".</summary>
    public static string Time(DateTimeOffset instant) => instant.ToString(ZuluFormat, CultureInfo.InvariantCulture);
}
