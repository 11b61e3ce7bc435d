using System.Text.Json;
using Azure.Storage.Queues.Models;

namespace StoreClaw.Embedded;

/// <summary>A queue message with its decoded body, and its metadata by name.</summary>
internal sealed class QueueInput(QueueMessage message, BinaryData body) : TriggerInput
{
    /// <summary>The names a function may bind beside the message. A JSON object's own properties of these names hide them.</summary>
    public static readonly IReadOnlyDictionary<string, Type[]> Metadata = new Dictionary<string, Type[]>(StringComparer.OrdinalIgnoreCase)
    {
        ["Id"] = [typeof(string)],
        ["PopReceipt"] = [typeof(string)],
        ["DequeueCount"] = [typeof(long), typeof(int)],
        ["InsertionTime"] = [typeof(DateTimeOffset)],
        ["ExpirationTime"] = [typeof(DateTimeOffset)],
        ["NextVisibleTime"] = [typeof(DateTimeOffset)],
    };

    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    private IReadOnlyDictionary<string, object?>? _bindingData;

    public override IReadOnlyDictionary<string, object?> BindingData => _bindingData ??= ReadBindingData();

    public object? As(Type type)
    {
        if (type == typeof(QueueMessage))
        {
            return QueuesModelFactory.QueueMessage(
                message.MessageId, message.PopReceipt, body, message.DequeueCount, message.NextVisibleOn, message.InsertedOn, message.ExpiresOn);
        }

        return type switch
        {
            _ when type == typeof(string) => body.ToString(),
            _ when type == typeof(byte[]) => body.ToArray(),
            _ when type == typeof(BinaryData) => body,
            _ => JsonSerializer.Deserialize(body, type, Json),
        };
    }

    private Dictionary<string, object?> ReadBindingData()
    {
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
        {
            ["QueueTrigger"] = body.ToString(),
            ["Id"] = message.MessageId,
            ["PopReceipt"] = message.PopReceipt,
            ["DequeueCount"] = message.DequeueCount,
            ["InsertionTime"] = message.InsertedOn,
            ["ExpirationTime"] = message.ExpiresOn,
            ["NextVisibleTime"] = message.NextVisibleOn,
        };
        try
        {
            using var payload = JsonDocument.Parse(body);
            Overwrite(values, payload.RootElement);
        }
        catch (JsonException)
        {
            // Plain text has no properties.
        }

        return values;
    }

    // The host's rule: top-level properties become binding data, lists and nulls excepted.
    private static void Overwrite(Dictionary<string, object?> values, JsonElement payload)
    {
        if (payload.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in payload.EnumerateObject())
        {
            if (property.Value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
            {
                values[property.Name] = property.Value.ToString();
            }
        }
    }
}
