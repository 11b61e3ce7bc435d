using System.Globalization;
using StoreClaw.Common;
using StoreClaw.Connections;

namespace StoreClaw.Reports;

/// <summary>
/// Links that open one report without a key, for the people in the group: {PublicBaseUrl}/reports/{id}?s={expiry, Unix seconds}.{signature}. Whoever has such a link
/// can read that report until it expires; deleting the signing key from the vault ends all of them at once.
/// </summary>
public sealed class ReportLinks(SigningKey signing, AppSettings settings, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>The link; the same report has the same one.</summary>
    public async Task<Uri> MakeAsync(Report report, CancellationToken cancellationToken)
    {
        var expiry = (report.GeneratedAt + Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var token = await signing.SignAsync(Purpose(report.Id), expiry, cancellationToken);
        return new Uri($"{settings.PublicBaseUrl}/reports/{report.Id}?s={token}");
    }

    /// <summary>Whether the token opens the report now.</summary>
    public async Task<bool> OpensAsync(string reportId, string? token, CancellationToken cancellationToken) =>
        !string.IsNullOrEmpty(token)
        && await signing.VerifyAsync(Purpose(reportId), token, cancellationToken) is { } expiry
        && long.TryParse(expiry, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && time.GetUtcNow().ToUnixTimeSeconds() < seconds;

    private static string Purpose(string reportId) => $"report|{reportId}";
}
