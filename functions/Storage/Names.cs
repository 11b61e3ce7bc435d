namespace StoreClaw.Storage;

/// <summary>The queues. A queue's poison queue is its name with <see cref="Poison"/>.</summary>
public static class QueueNames
{
    public const string WebhookEvents = "webhook-events";
    public const string StoreSync = "store-sync";
    public const string TaskRuns = "task-runs";
    public const string Notifications = "notifications";
    public const string AlertChecks = "alert-checks";
    public const string Poison = "-poison";
}

/// <summary>The tables and how their rows are keyed.</summary>
public static class TableNames
{
    /// <summary>"connection" / connection id.</summary>
    public const string Connections = "connections";

    /// <summary>"state" / hash of an authorization state under way.</summary>
    public const string Authorizations = "authorizations";

    /// <summary>{connection}|{created day, UTC} / order id, "!" the mark of a late change; refunds likewise.</summary>
    public const string Orders = "orders";

    /// <summary>{connection}|{refund's day, UTC} / {order id}|{refund id}.</summary>
    public const string Refunds = "refunds";

    /// <summary>{connection}|{zone} / {day of the zone}|{part}: the book of a day that is over.</summary>
    public const string Rollups = "rollups";

    /// <summary>{connection} / record id; likewise stock and customers.</summary>
    public const string Products = "products";
    public const string Stock = "stock";
    public const string Customers = "customers";

    /// <summary>{connection} / shard: when each customer first ordered.</summary>
    public const string FirstOrders = "firstorders";

    /// <summary>{connection}|{received day, UTC} / event key.</summary>
    public const string Events = "events";

    /// <summary>{bucket} / "": what is left of a platform's call budget.</summary>
    public const string Buckets = "buckets";

    /// <summary>{connection} / resource.</summary>
    public const string Cursors = "cursors";

    /// <summary>lease name / "".</summary>
    public const string Leases = "leases";

    /// <summary>payload id / part.</summary>
    public const string Payloads = "payloads";

    /// <summary>queue / id.</summary>
    public const string Parked = "parked";

    /// <summary>"task" / task id.</summary>
    public const string Tasks = "tasks";

    /// <summary>task id / due instant.</summary>
    public const string Occurrences = "occurrences";

    /// <summary>task id / run id, newest first.</summary>
    public const string Runs = "runs";

    /// <summary>kind or "all" / report id; bodies are payloads.</summary>
    public const string Reports = "reports";

    /// <summary>"approval" / approval id, newest first.</summary>
    public const string Approvals = "approvals";

    /// <summary>connection / {day}|{month}|{hash of the question}: an answer; connection / "spent".</summary>
    public const string Research = "research";

    /// <summary>"channel" / channel id; "pace" / channel id.</summary>
    public const string Channels = "channels";

    /// <summary>channel id / notice|{hash of its key}, todo|{urgency}|{time}|{hash}, parked|{hash}, flight.</summary>
    public const string Outbox = "outbox";

    /// <summary>connection or "app" / alert id; "mutes" / mute id.</summary>
    public const string Alerts = "alerts";
}

/// <summary>Text as a part of a table key.</summary>
public static class Keys
{
    public const string DayFormat = "yyyyMMdd";

    /// <summary>The id with every character that a key must not hold written as =XX; ids of ordinary characters stay as they are.</summary>
    public static string Escape(string id) => Uri.EscapeDataString(id).Replace('%', '=');

    /// <summary>The id that <see cref="Escape"/> was given.</summary>
    public static string Unescape(string key) => Uri.UnescapeDataString(key.Replace('=', '%'));

    public static string Day(DateTimeOffset instant) => instant.UtcDateTime.ToString(DayFormat, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>{connection}|{day}</summary>
    public static string OfDay(string connectionId, DateTimeOffset instant) => $"{connectionId}|{Day(instant)}";

    /// <summary>A key part that sorts newest first.</summary>
    public static string NewestFirst(DateTimeOffset instant) =>
        (DateTimeOffset.MaxValue.UtcTicks - instant.UtcTicks).ToString("D19", System.Globalization.CultureInfo.InvariantCulture);
}
