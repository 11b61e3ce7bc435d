using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace StoreClaw.Embedded;

/// <summary>
/// A received message while its handler runs: kept out of sight by renewals at half the lease, and settled exactly once. When a
/// renewal finds that the message belongs to another process by now, <see cref="Lost"/> is cancelled.
/// </summary>
internal sealed class MessageLease : IAsyncDisposable
{
    private readonly QueueClient _queue;
    private readonly TimeSpan _length;
    private readonly string _id;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Task _renewals;
    private string _popReceipt;
    private bool _settled;

    public MessageLease(QueueClient queue, QueueMessage message, TimeSpan length)
    {
        _queue = queue;
        _length = length;
        _id = message.MessageId;
        _popReceipt = message.PopReceipt;
        _renewals = Task.Run(RenewAsync);
    }

    public CancellationToken Lost => _lost.Token;

    /// <summary>Removes the message. False when it is another process's by now, or was settled before.</summary>
    public Task<bool> DeleteAsync() => SettleAsync(() => _queue.DeleteMessageAsync(_id, _popReceipt));

    /// <summary>Gives the message back, to be seen again after the delay. False as in <see cref="DeleteAsync"/>.</summary>
    public Task<bool> ReleaseAsync(TimeSpan delay) => SettleAsync(() => _queue.UpdateMessageAsync(_id, _popReceipt, visibilityTimeout: delay));

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _renewals;
        _ended.Dispose();
        _lost.Dispose();
        _turn.Dispose();
    }

    private async Task<bool> SettleAsync(Func<Task> settle)
    {
        await _turn.WaitAsync();
        try
        {
            if (_settled)
            {
                return false;
            }

            _settled = true;
            await settle();
            return true;
        }
        catch (RequestFailedException gone) when (IsGone(gone))
        {
            return false;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task RenewAsync()
    {
        var held = TimeProvider.System.GetTimestamp();
        var wait = _length / 2;
        while (true)
        {
            await Task.Delay(wait, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_ended.IsCancellationRequested)
            {
                return;
            }

            var asked = TimeProvider.System.GetTimestamp();
            switch (await TryRenewAsync())
            {
                case true:
                    held = asked;
                    wait = _length / 2;
                    break;
                case false:
                    await _lost.CancelAsync();
                    return;
                case null when TimeProvider.System.GetElapsedTime(held) >= _length:
                    await _lost.CancelAsync();
                    return;
                default:
                    wait = _length / 8;
                    break;
            }
        }
    }

    // True: renewed or settled. False: lost. Null: storage did not answer.
    private async Task<bool?> TryRenewAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (!_settled)
            {
                var receipt = await _queue.UpdateMessageAsync(_id, _popReceipt, visibilityTimeout: _length);
                _popReceipt = receipt.Value.PopReceipt;
            }

            return true;
        }
        catch (RequestFailedException gone) when (IsGone(gone))
        {
            return false;
        }
        catch (Exception)
        {
            return null;
        }
        finally
        {
            _turn.Release();
        }
    }

    private static bool IsGone(RequestFailedException failure) =>
        failure.ErrorCode == QueueErrorCode.MessageNotFound
        || failure.ErrorCode == QueueErrorCode.PopReceiptMismatch
        || failure.ErrorCode == QueueErrorCode.QueueNotFound;
}
