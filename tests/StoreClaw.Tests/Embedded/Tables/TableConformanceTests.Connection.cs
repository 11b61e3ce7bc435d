using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace StoreClaw.Tests.Embedded.Tables;

public sealed partial class TableConformanceTests
{
    [Fact]
    public async Task A_retried_insert_whose_answer_was_lost_meets_its_own_row()
    {
        var transport = new LosingTransport();
        var table = await WithAsync(transport);
        await RefusedAsync(409, TableErrorCode.EntityAlreadyExists, () => table.AddEntityAsync(new TableEntity("p", "r") { ["Owner"] = "me" }));
        Assert.Equal(2, transport.Sent);
        Assert.Equal("me", (await _table.GetEntityAsync<TableEntity>("p", "r")).Value.GetString("Owner"));
    }

    [Fact]
    public async Task A_retried_transaction_whose_answer_was_lost_meets_its_own_rows()
    {
        var transport = new LosingTransport();
        var table = await WithAsync(transport);
        var refusal = await RefusedAsync(409, TableErrorCode.EntityAlreadyExists, () => table.SubmitTransactionAsync(Inserts(3)));
        Assert.Equal(0, Assert.IsType<TableTransactionFailedException>(refusal).FailedTransactionActionIndex);
        Assert.Equal(3, (await AllAsync(_table.QueryAsync<TableEntity>())).Count);
    }

    [Fact]
    public async Task A_retried_upsert_sends_the_same_body_again()
    {
        var transport = new LosingTransport();
        var table = await WithAsync(transport);
        Assert.Equal(204, (await table.UpsertEntityAsync(new TableEntity("p", "r") { ["V"] = new string('é', 5_000) })).Status);
        Assert.Equal(2, transport.Sent);
        Assert.Equal(new string('é', 5_000), (await _table.GetEntityAsync<TableEntity>("p", "r")).Value.GetString("V"));
    }

    [Fact]
    public async Task Many_writers_at_once_keep_their_bodies_apart()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number =>
            _table.AddEntityAsync(new TableEntity("p", Row(number)) { ["V"] = new string((char)('a' + (number % 26)), number * 50) })));
        var rows = await AllAsync(_table.QueryAsync<TableEntity>());
        Assert.Equal(Enumerable.Range(0, 200).Select(number => new string((char)('a' + (number % 26)), number * 50)), rows.Select(row => row.GetString("V")));
    }

    [Fact]
    public async Task A_cancelled_call_sends_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _table.AddEntityAsync(new TableEntity("p", "r"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _table.SubmitTransactionAsync(Inserts(2), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AllAsync(_table.QueryAsync<TableEntity>(cancellationToken: cancelled)));
        Assert.Empty(await AllAsync(_table.QueryAsync<TableEntity>()));
    }

    [Fact]
    public async Task A_call_can_be_cancelled_while_it_waits()
    {
        var transport = new SilentTransport();
        var table = await WithAsync(transport);
        using var patience = new CancellationTokenSource();
        var call = table.AddEntityAsync(new TableEntity("p", "r"), patience.Token);
        await transport.Reached;
        Assert.False(call.IsCompleted);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task A_policy_of_the_caller_sees_every_call()
    {
        var seen = new CountingPolicy();
        var options = new TableClientOptions();
        options.AddPolicy(seen, HttpPipelinePosition.PerCall);
        var table = new TableClient(await Account.Value, _table.Name, options);
        await table.AddEntityAsync(new TableEntity("p", "r"));
        await AllAsync(table.QueryAsync<TableEntity>());
        Assert.Equal(2, seen.Calls);
    }

    private async Task<TableClient> WithAsync(HttpPipelineTransport transport)
    {
        var options = new TableClientOptions { Transport = transport };
        options.Retry.Mode = RetryMode.Fixed;
        options.Retry.Delay = TimeSpan.Zero;
        return new TableClient(await Account.Value, _table.Name, options);
    }

    /// <summary>The request arrives and is obeyed; the first answer is lost on the way back.</summary>
    private sealed class LosingTransport : ForwardingTransport
    {
        public int Sent { get; private set; }

        public override async ValueTask ProcessAsync(HttpMessage message)
        {
            await base.ProcessAsync(message);
            if (Sent++ == 0)
            {
                throw new IOException("The connection was reset.");
            }
        }
    }

    /// <summary>Takes a request and never answers.</summary>
    private sealed class SilentTransport : ForwardingTransport
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public override async ValueTask ProcessAsync(HttpMessage message)
        {
            _reached.SetResult();
            await Task.Delay(Timeout.Infinite, message.CancellationToken);
        }
    }

    private abstract class ForwardingTransport : HttpPipelineTransport
    {
        public override Request CreateRequest() => HttpClientTransport.Shared.CreateRequest();

        public override void Process(HttpMessage message) => HttpClientTransport.Shared.Process(message);

        public override ValueTask ProcessAsync(HttpMessage message) => HttpClientTransport.Shared.ProcessAsync(message);
    }

    private sealed class CountingPolicy : HttpPipelineSynchronousPolicy
    {
        public int Calls { get; private set; }

        public override void OnSendingRequest(HttpMessage message) => Calls++;
    }
}
