using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Embedded.Tables;

/// <summary>What the app relies on in Azure.Data.Tables, against the emulator and through the package's own API only: it holds in either runtime.</summary>
public sealed partial class TableConformanceTests : IAsyncLifetime
{
    private static readonly Lazy<Task<string>> Account = new(TestStorage.NewAccountAsync);

    private TableClient _table = null!;

    public async Task InitializeAsync() => _table = await NewTableAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    private static async Task<TableClient> NewTableAsync()
    {
        var table = new TableClient(await Account.Value, NewName());
        await table.CreateIfNotExistsAsync();
        return table;
    }

    private static string NewName() => $"t{Guid.NewGuid():N}";

    private static async Task<RequestFailedException> RefusedAsync(int status, TableErrorCode code, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAnyAsync<RequestFailedException>(call);
        Assert.Equal(status, refusal.Status);
        Assert.Equal(code.ToString(), refusal.ErrorCode);
        Assert.True(refusal.ErrorCode == code);
        return refusal;
    }

    private static async Task<List<T>> AllAsync<T>(AsyncPageable<T> pages)
        where T : notnull
    {
        var all = new List<T>();
        await foreach (var item in pages)
        {
            all.Add(item);
        }

        return all;
    }
}
