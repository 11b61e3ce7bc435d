using System.Security.Cryptography;
using System.Text.Json;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Storage;

namespace StoreClaw.Reports.Research;

/// <summary>What was asked, as far as the answer depends on it.</summary>
public sealed record MarketQuestion(string Kind, ResearchScope Scope, IReadOnlyList<string> Terms, int Most)
{
    /// <summary>{month or "nearly"}|{hash of the question}.</summary>
    public string Key => $"{Scope.Month ?? "nearly"}|{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes((object[])[Kind, Scope, Terms, Most], JsonText.Options))[..16])}";
}

/// <summary>The answers of research platforms, each until the end of its day (UTC), and which connection has no calls left until when.</summary>
public sealed class MarketAnswers(StorageClients storage, TimeProvider time)
{
    private const string Until = "Until";
    private const string Since = "Since";
    private const string Code = "Code";
    private const string Message = "Message";
    private const string SpentKey = "spent";

    private DateTimeOffset Tomorrow => new(time.GetUtcNow().UtcDateTime.Date.AddDays(1), TimeSpan.Zero);

    /// <summary>Today's answer; null when there is none.</summary>
    public async Task<IReadOnlyList<T>?> FindAsync<T>(string connectionId, MarketQuestion question, CancellationToken cancellationToken) =>
        await ReadAsync(connectionId, RowKey(question), cancellationToken) is { } row ? JsonSerializer.Deserialize<IReadOnlyList<T>>(Packing.Unpack(Packing.Gather(row)), JsonText.Options) : null;

    public async Task SaveAsync<T>(string connectionId, MarketQuestion question, IReadOnlyList<T> answer, CancellationToken cancellationToken)
    {
        var row = new TableEntity(connectionId, RowKey(question)) { [Until] = Tomorrow };
        Packing.Lay(row, Packing.Pack(JsonSerializer.SerializeToUtf8Bytes(answer, JsonText.Options)));
        await WriteAsync(row, cancellationToken);
    }

    /// <summary>What the platform said when the connection's calls were used up, as long as that holds; null once they are not. A connection made anew since has another key or plan.</summary>
    public async Task<PlatformFault?> SpentAsync(Connection connection, CancellationToken cancellationToken) =>
        await ReadAsync(connection.Id, SpentKey, cancellationToken) is { } row && row.GetDateTimeOffset(Since) >= connection.ConnectedAt
            ? new PlatformFault(FaultKind.QuotaExhausted, row.GetString(Code)!, row.GetString(Message)!, row.GetDateTimeOffset(Until) - time.GetUtcNow())
            : null;

    /// <summary>Notes that the connection's calls are used up, until the platform's word or the end of the day.</summary>
    public Task SpendAsync(string connectionId, PlatformFault fault, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var until = fault.RetryAfter is { } wait ? now + wait : Tomorrow;
        return WriteAsync(new TableEntity(connectionId, SpentKey) { [Since] = now, [Until] = until, [Code] = fault.Code, [Message] = fault.Message }, cancellationToken);
    }

    /// <summary>Removes what no longer holds.</summary>
    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Research, cancellationToken);
        await table.RemoveAsync(TableClient.CreateQueryFilter($"Until le {time.GetUtcNow()}"), cancellationToken);
    }

    private string RowKey(MarketQuestion question) => $"{Keys.Day(time.GetUtcNow())}|{question.Key}";

    private async Task<TableEntity?> ReadAsync(string connectionId, string key, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Research, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(connectionId, key, cancellationToken: cancellationToken);
        return row.HasValue && row.Value!.GetDateTimeOffset(Until) > time.GetUtcNow() ? row.Value : null;
    }

    private async Task WriteAsync(TableEntity row, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Research, cancellationToken);
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }
}
