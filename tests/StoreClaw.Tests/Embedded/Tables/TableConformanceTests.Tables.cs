using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Embedded.Tables;

public sealed partial class TableConformanceTests
{
    [Fact]
    public async Task A_table_is_created_once_and_deleted_once_and_neither_twice_is_an_error()
    {
        var service = new TableServiceClient(await Account.Value);
        var name = NewName();

        var created = await service.CreateTableIfNotExistsAsync(name);
        Assert.Equal(name, created.Value.Name);
        Assert.Equal(204, created.GetRawResponse().Status);
        var again = await service.GetTableClient(name).CreateIfNotExistsAsync();
        Assert.Equal(name, again.Value.Name);
        Assert.Equal(409, again.GetRawResponse().Status);

        Assert.Equal(204, (await service.DeleteTableAsync(name)).Status);
        Assert.Equal(404, (await service.GetTableClient(name).DeleteAsync()).Status);
    }

    [Fact]
    public async Task Tables_are_listed_in_pages_and_by_filter()
    {
        var service = new TableServiceClient(await TestStorage.NewAccountAsync());
        string[] names = ["alpha", "beta", "delta", "gamma", "omega"];
        foreach (var name in names)
        {
            await service.CreateTableIfNotExistsAsync(name);
        }

        var pages = new List<string[]>();
        await foreach (var page in service.QueryAsync(maxPerPage: 2).AsPages())
        {
            pages.Add([.. page.Values.Select(table => table.Name)]);
        }

        Assert.Equal([2, 2, 1], pages.Select(page => page.Length));
        Assert.Equal(names, pages.SelectMany(page => page));
        Assert.Equal("delta", Assert.Single(await AllAsync(service.QueryAsync("TableName eq 'delta'"))).Name);
    }

    [Fact]
    public async Task A_client_tells_its_account_and_table()
    {
        var connection = await Account.Value;
        var service = new TableServiceClient(connection);
        var account = connection.Split("AccountName=")[1].Split(';')[0];
        var endpoint = new Uri(connection.Split("TableEndpoint=")[1].Split(';')[0]);
        var credential = new TableSharedKeyCredential(account, connection.Split("AccountKey=")[1].Split(';')[0]);

        Assert.Equal(account, service.AccountName);
        Assert.Equal(endpoint, service.Uri);
        Assert.Equal(account, service.GetTableClient("orders").AccountName);
        Assert.Equal("orders", service.GetTableClient("orders").Name);
        Assert.Equal(account, new TableServiceClient(endpoint, credential).AccountName);
        var table = new TableClient(endpoint, _table.Name, credential);
        Assert.Equal((account, _table.Name), (table.AccountName, table.Name));
        Assert.Empty(await AllAsync(table.QueryAsync<TableEntity>()));
    }

    [Fact]
    public async Task A_missing_table_is_an_error_of_its_own()
    {
        var missing = new TableClient(await Account.Value, NewName());
        await RefusedAsync(404, TableErrorCode.TableNotFound, () => missing.AddEntityAsync(new TableEntity("p", "r")));
        await RefusedAsync(404, TableErrorCode.TableNotFound, () => AllAsync(missing.QueryAsync<TableEntity>()));
        Assert.False((await missing.GetEntityIfExistsAsync<TableEntity>("p", "r")).HasValue);
    }
}
