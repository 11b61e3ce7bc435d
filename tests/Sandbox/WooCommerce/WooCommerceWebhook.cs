using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>A webhook as it stands on a site.</summary>
/// <param name="Status"><c>active</c>, <c>paused</c> or <c>disabled</c>.</param>
/// <param name="FailureCount">Failures in a row.</param>
/// <param name="PingStatus">What the receiver answered the last ping with; null when it was not reached or never asked.</param>
public sealed record WooCommerceWebhook(
    int Id,
    string Name,
    string Status,
    string Topic,
    string DeliveryUrl,
    int FailureCount,
    int? PingStatus,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ModifiedAt);

/// <summary>One attempt to deliver; there is never a second one.</summary>
/// <param name="Status">What the receiver answered; null when it could not be reached in time.</param>
public sealed record WooCommerceDelivery(DateTimeOffset At, int WebhookId, string Topic, string DeliveryId, string Body, int? Status);

/// <summary>What <c>X-WC-Webhook-Signature</c> holds.</summary>
public static partial class WooCommerceSignature
{
    /// <returns>base64(HMAC-SHA256(body, secret)), the secret's HTML entities decoded first as core does.</returns>
    public static string Of(string secret, ReadOnlySpan<byte> body) =>
        Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Decode(secret)), body));

    private static string Decode(string secret) => Entity().Replace(secret, match => match.Value switch
    {
        "&amp;" => "&",
        "&lt;" => "<",
        "&gt;" => ">",
        "&quot;" => "\"",
        _ => "'",
    });

    [GeneratedRegex("&(?:amp|lt|gt|quot|#0?39|#x27);")]
    private static partial Regex Entity();
}
