using System.Globalization;
using System.Text.RegularExpressions;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>WordPress's two clocks: the site's, written without offset, and GMT, written without Z.</summary>
internal sealed partial class WooTime(TimeZoneInfo zone)
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss";

    public TimeZoneInfo Zone => zone;

    public static string Gmt(DateTimeOffset at) => at.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);

    public string Local(DateTimeOffset at) => LocalTime(at).ToString(Form, CultureInfo.InvariantCulture);

    public DateTime LocalTime(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone).DateTime;

    public static bool IsValid(string text) =>
        DateForm().Match(text) is { Success: true } match && DateTime.TryParse(match.Groups["time"].Value, CultureInfo.InvariantCulture, out _);

    /// <summary>
    /// The value a filter compares a database column with. WP_Date_Query turns a time that names an offset (Z too) into the site's zone
    /// even when the column is GMT: with <c>dates_are_gmt</c> such a filter is off by the site's offset, silently.
    /// </summary>
    public DateTime Column(string text)
    {
        var match = DateForm().Match(text);
        var time = DateTime.Parse(match.Groups["time"].Value, CultureInfo.InvariantCulture);
        return match.Groups["offset"].Value is { Length: > 0 } offset ? LocalTime(new DateTimeOffset(time, Offset(offset))) : time;
    }

    private static TimeSpan Offset(string text)
    {
        if (text == "Z")
        {
            return TimeSpan.Zero;
        }

        var parts = text[1..].Split(':');
        var minutes = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var offset = new TimeSpan(int.Parse(parts[0], CultureInfo.InvariantCulture), minutes, 0);
        return text[0] == '-' ? -offset : offset;
    }

    [GeneratedRegex(@"^(?<time>\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2})(?:\.\d+)?(?<offset>Z|[+-]\d{2}(?::\d{2})?)?$")]
    private static partial Regex DateForm();
}
