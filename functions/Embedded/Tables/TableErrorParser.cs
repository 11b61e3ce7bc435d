using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Reads <c>{"odata.error":{"code":..,"message":{"value":..}}}</c>; in a transaction the message starts with the action's index and a colon.</summary>
internal sealed class TableErrorParser : RequestFailedDetailsParser
{
    public override bool TryParse(
        Response response,
        [NotNullWhen(true)] out ResponseError? error,
        out IDictionary<string, string>? data)
    {
        error = null;
        data = null;
        if (response.ContentStream is null)
        {
            return false;
        }

        try
        {
            using var body = JsonDocument.Parse(response.Content);
            var details = body.RootElement.GetProperty("odata.error");
            var message = details.GetProperty("message").GetProperty("value").GetString() ?? "";
            error = new ResponseError(details.GetProperty("code").GetString(), message);
            if (TryIndex(message, out var index))
            {
                data = new Dictionary<string, string> { [TableTransactionFailedException.IndexKey] = index };
            }

            return true;
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // A proxy's page, or an empty body: the status alone has to do.
            return false;
        }
    }

    private static bool TryIndex(string message, out string index)
    {
        index = message[..Math.Max(0, message.IndexOf(':', StringComparison.Ordinal))];
        return int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }
}
