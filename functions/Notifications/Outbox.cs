using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Notifications;

/// <summary>A notice to be told, as much of it as a digest needs.</summary>
/// <param name="Row">Its row key; most urgent first, then oldest first.</param>
/// <param name="Whole">Says more than its title.</param>
public sealed record WaitingNotice(string Row, Urgency Urgency, DateTimeOffset At, string Cause, string English, string Chinese, bool Whole);

/// <summary>A message being sent: what it tells and how far it came. Kept while it is under way, so that a process that takes over knows.</summary>
/// <param name="Members">Rows of the notices it tells.</param>
/// <param name="Next">The part that is to be sent next.</param>
/// <param name="InDoubt">That part was sent, or was about to be, and no answer is known.</param>
/// <param name="Repeated">The part that is sent a second time, marked as such.</param>
/// <param name="Tries">Times the platform was too busy for that part.</param>
public sealed record Flight(string Subject, IReadOnlyList<string> Members, IReadOnlyList<RenderedPart> Parts, int Next, bool InDoubt, int? Repeated, int Tries);

/// <summary>
/// What each channel is to tell, is telling and has told. One partition a channel, so that a notice and its place in the line are one write:
/// <c>notice|{hash}</c> holds the notice and outlives the sending, so that it is told once; <c>todo|{rank}|{time}|{hash}</c> is its place in the line, and
/// <c>parked|{hash}</c> stands for one given up; <c>flight</c> is the message under way.
/// </summary>
public sealed class Outbox(StorageClients storage, TimeProvider time)
{
    private const string FlightRow = "flight";
    private const string Todo = "todo|";
    private const string CriticalTodo = "todo|0|";
    private const string Parked = "parked|";
    private const string NoticePrefix = "notice|";

    /// <summary>Sorts behind everything that starts with one of the prefixes.</summary>
    private const char AfterBar = '}';

    private const int MembersPerTransaction = (TableRows.MostPerTransaction - 1) / 3;
    private const int ShortLength = 200;

    private const string StatePending = "pending";
    private const string StateSent = "sent";
    private const string StateParked = "parked";

    /// <summary>False when the channel has had a notice of this key already.</summary>
    public async Task<bool> AddAsync(string channel, Notice notice, CancellationToken cancellationToken)
    {
        var hash = Hash(notice.Key);
        var kept = new TableEntity(channel, NoticePrefix + hash) { ["State"] = StatePending, ["At"] = time.GetUtcNow() };
        Packing.Lay(kept, Packing.Pack(JsonSerializer.SerializeToUtf8Bytes(notice, JsonText.Options)));
        var table = await storage.TableAsync(TableNames.Outbox, cancellationToken);
        try
        {
            await table.SubmitTransactionAsync(
                [new(TableTransactionActionType.Add, kept), new(TableTransactionActionType.Add, ToTodo(channel, hash, notice))], cancellationToken);
            return true;
        }
        catch (RequestFailedException known) when (known.Status == 409)
        {
            return false;
        }
    }

    /// <summary>The line, most urgent first, then oldest first.</summary>
    public async Task<IReadOnlyList<WaitingNotice>> WaitingAsync(string channel, int most, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Outbox, cancellationToken);
        var line = new List<WaitingNotice>();
        await foreach (var row in table.QueryAsync<TableEntity>(Range(channel, Todo), maxPerPage: Math.Min(most, 1000), cancellationToken: cancellationToken))
        {
            line.Add(new WaitingNotice(
                row.RowKey, Enum.Parse<Urgency>(row.GetString("Urgency")!), row.GetDateTimeOffset("At")!.Value, row.GetString("Cause")!, row.GetString("English")!, row.GetString("Chinese")!, row.GetBoolean("Whole") is true));
            if (line.Count == most)
            {
                break;
            }
        }

        return line;
    }

    public async Task<bool> HasWorkAsync(string channel, CancellationToken cancellationToken) =>
        (await WaitingAsync(channel, 1, cancellationToken)).Count > 0 || await FlightAsync(channel, cancellationToken) is not null;

    /// <summary>The notice at that place of the line; null when it was taken away with its channel.</summary>
    public async Task<Notice?> NoticeAsync(string channel, string todo, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Outbox, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(channel, NoticePrefix + HashOf(todo), cancellationToken: cancellationToken);
        return row.HasValue ? Read<Notice>(row.Value!) : null;
    }

    public async Task<Flight?> FlightAsync(string channel, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Outbox, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(channel, FlightRow, cancellationToken: cancellationToken);
        return row.HasValue ? Read<Flight>(row.Value!) : null;
    }

    /// <summary>Takes back a message of which nothing was sent; its notices are still in the line.</summary>
    public async Task DropFlightAsync(string channel, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Outbox, cancellationToken);
        await table.DeleteEntityAsync(channel, FlightRow, ETag.All, cancellationToken);
    }

    /// <summary>Whether it tells something critical.</summary>
    public static bool IsCritical(Flight flight) => flight.Members.Any(static row => row.StartsWith(CriticalTodo, StringComparison.Ordinal));

    public async Task SaveFlightAsync(string channel, Flight flight, CancellationToken cancellationToken)
    {
        var row = new TableEntity(channel, FlightRow);
        Packing.Lay(row, Packing.Pack(JsonSerializer.SerializeToUtf8Bytes(flight, JsonText.Options)));
        var table = await storage.TableAsync(TableNames.Outbox, cancellationToken);
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Takes the flight's notices out of the line as told; to be repeated by whoever finds a flight without parts left.</summary>
    public async Task SentAsync(string channel, Flight flight, CancellationToken cancellationToken)
    {
        if (flight.Members.Count > MembersPerTransaction)
        {
            await SaveFlightAsync(channel, flight, cancellationToken);
        }

        await LandAsync(
            channel,
            flight,
            hash =>
            [
                new(
                    TableTransactionActionType.UpsertReplace,
                    new TableEntity(channel, NoticePrefix + hash) { ["State"] = StateSent, ["At"] = time.GetUtcNow(), ["Repeated"] = flight.Repeated is not null }),
            ],
            cancellationToken);
    }

    /// <summary>Takes the flight's notices out of the line and keeps them for <see cref="RestoreAsync"/>.</summary>
    public Task ParkedAsync(string channel, Flight flight, CancellationToken cancellationToken) => LandAsync(
        channel,
        flight,
        hash =>
        [
            new(TableTransactionActionType.UpsertMerge, new TableEntity(channel, NoticePrefix + hash) { ["State"] = StateParked }),
            new(TableTransactionActionType.UpsertReplace, new TableEntity(channel, Parked + hash)),
        ],
        cancellationToken);

    /// <summary>Puts parked notices back in the line; those that are not parked stay as they are.</summary>
    public async Task RestoreAsync(string channel, IReadOnlyList<string> hashes, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Outbox, cancellationToken);
        foreach (var hash in hashes)
        {
            var row = await table.GetEntityIfExistsAsync<TableEntity>(channel, NoticePrefix + hash, cancellationToken: cancellationToken);
            if (row.HasValue && row.Value!.GetString("State") == StateParked)
            {
                await table.SubmitTransactionAsync(
                    [
                        new(TableTransactionActionType.Delete, new TableEntity(channel, Parked + hash), ETag.All),
                        new(TableTransactionActionType.UpsertReplace, ToTodo(channel, hash, Read<Notice>(row.Value!))),
                        new(TableTransactionActionType.UpdateMerge, new TableEntity(channel, NoticePrefix + hash) { ["State"] = StatePending }, row.Value!.ETag),
                    ],
                    cancellationToken);
            }
        }
    }

    public async Task<(int Waiting, int Parked)> CountAsync(string channel, CancellationToken cancellationToken) =>
        (await RowsAsync(Range(channel, Todo), cancellationToken), await RowsAsync(Range(channel, Parked), cancellationToken));

    /// <summary>Forgets everything about the channel.</summary>
    public Task ClearAsync(string channel, CancellationToken cancellationToken) =>
        DeleteAsync(TableClient.CreateQueryFilter($"PartitionKey eq {channel}"), cancellationToken);

    /// <summary>Forgets notices told before that instant; their keys could be told again.</summary>
    public Task CleanAsync(string channel, DateTimeOffset before, CancellationToken cancellationToken) =>
        DeleteAsync(Range(channel, NoticePrefix) + TableClient.CreateQueryFilter($" and State eq {StateSent} and At lt {before}"), cancellationToken);

    /// <summary>What <see cref="RestoreAsync"/> finds the flight's notices by.</summary>
    public static IReadOnlyList<string> Hashes(Flight flight) => [.. flight.Members.Select(HashOf)];

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16));

    private static string HashOf(string todo) => todo[(todo.LastIndexOf('|') + 1)..];

    private static string Range(string channel, string prefix) =>
        TableClient.CreateQueryFilter($"PartitionKey eq {channel} and RowKey ge {prefix} and RowKey lt {prefix[..^1] + AfterBar}");

    private static T Read<T>(TableEntity row) => JsonSerializer.Deserialize<T>(Packing.Unpack(Packing.Gather(row)), JsonText.Options)
        ?? throw new InvalidDataException($"The outbox row {row.RowKey} of {row.PartitionKey} is empty.");

    private static string Short(string text) =>
        text.Length <= ShortLength ? text : text[..(char.IsHighSurrogate(text[ShortLength - 1]) ? ShortLength - 1 : ShortLength)] + "…";

    private TableEntity ToTodo(string channel, string hash, Notice notice)
    {
        var now = time.GetUtcNow();
        var rank = (int)Urgency.Critical - (int)notice.Urgency;
        return new TableEntity(channel, string.Create(CultureInfo.InvariantCulture, $"{Todo}{rank}|{now.UtcTicks:D19}|{hash}"))
        {
            ["Urgency"] = notice.Urgency.ToString(),
            ["At"] = now,
            ["Cause"] = Short(notice.Cause),
            ["English"] = Short(notice.Message.English.Title),
            ["Chinese"] = Short(notice.Message.Chinese.Title),
            ["Whole"] = notice.Whole,
        };
    }

    private async Task LandAsync(string channel, Flight flight, Func<string, IReadOnlyList<TableTransactionAction>> mark, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Outbox, cancellationToken);
        var landed = new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(channel, FlightRow), ETag.All);
        if (flight.Members.Count <= MembersPerTransaction)
        {
            await table.SubmitTransactionAsync([.. flight.Members.SelectMany(Moves), landed], cancellationToken);
            return;
        }

        // Not one transaction: some of them may have been taken out by a process that was cut off here.
        var line = (await WaitingAsync(channel, int.MaxValue, cancellationToken)).Select(static waiting => waiting.Row).ToHashSet(StringComparer.Ordinal);
        foreach (var chunk in flight.Members.Where(line.Contains).Chunk(MembersPerTransaction))
        {
            await table.SubmitTransactionAsync(chunk.SelectMany(Moves), cancellationToken);
        }

        await table.SubmitTransactionAsync([landed], cancellationToken);

        IEnumerable<TableTransactionAction> Moves(string row) =>
            [new(TableTransactionActionType.Delete, new TableEntity(channel, row), ETag.All), .. mark(HashOf(row))];
    }

    private async Task<int> RowsAsync(string filter, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Outbox, cancellationToken);
        var count = 0;
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: ["RowKey"], cancellationToken: cancellationToken))
        {
            count++;
        }

        return count;
    }

    private async Task DeleteAsync(string filter, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Outbox, cancellationToken);
        await table.RemoveAsync(filter, cancellationToken);
    }
}
