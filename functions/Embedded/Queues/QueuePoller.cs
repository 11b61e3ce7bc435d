using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Embedded;

/// <summary>
/// Feeds one queue function. Up to batchSize messages are taken at a time, more once newBatchThreshold or fewer are in work. An empty
/// queue is asked less and less often, up to maxPollingInterval; work that ends in this process brings the next look forward.
/// </summary>
internal sealed partial class QueuePoller
{
    // While others are busy, an idle queue is asked at twice its rhythm, within these: ten of them cost an emulator little then.
    private static readonly TimeSpan LeastHintSpacing = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MostHintSpacing = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestOutageWait = TimeSpan.FromSeconds(10);

    private readonly QueueAddress _address;
    private readonly HostSettings _host;
    private readonly TimeSpan _firstWait;
    private readonly EmbeddedSettings _settings;
    private readonly MessageHandler _handler;
    private readonly StopSignal _stop;
    private readonly WorkHint _hint;
    private readonly ILogger _logger;
    private readonly QueueClient _queue;
    private readonly Signal _hinted = new();
    private readonly Signal _ended = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    public QueuePoller(
        FunctionEntry function,
        HostSettings host,
        EmbeddedOptions options,
        EmbeddedSettings settings,
        FunctionInvoker invoker,
        QueueSender sender,
        StopSignal stop,
        WorkHint hint,
        ILogger logger)
    {
        _address = function.Queue!;
        _host = host;
        _firstWait = options.FirstPollWait;
        _settings = settings;
        _stop = stop;
        _hint = hint;
        _logger = logger;
        _queue = _address.Client();
        _handler = new MessageHandler(function, host, invoker, sender, stop, logger);
    }

    /// <summary>Ends when the app stops and every message taken is settled: handled, or given back when the grace is over.</summary>
    public async Task RunAsync()
    {
        var idle = new BackOff(_firstWait, _host.MaxPollingInterval);
        var outage = new BackOff(TimeSpan.FromMilliseconds(50), LongestOutageWait);
        var broken = false;
        _hint.Raised += _hinted.Set;
        while (!_stop.Stopping.IsCancellationRequested)
        {
            await WaitForRoomAsync();
            try
            {
                var received = await ReceiveAsync();
                if (broken)
                {
                    Log.Recovered(_logger, _address.Name);
                    broken = false;
                    outage.Reset();
                }

                await AfterReceiveAsync(received, idle);
            }
            catch (Exception failure)
            {
                if (!broken)
                {
                    Log.Unreachable(_logger, _address.Name, failure);
                    broken = true;
                }

                await Task.Delay(outage.Next(), _stop.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        _hint.Raised -= _hinted.Set;
        await Task.WhenAll(_running.Keys);
    }

    // Not cancelled by the stop: the answer may hold messages that are ours by then and must be given back.
    private async Task<QueueMessage[]> ReceiveAsync()
    {
        try
        {
            return await _queue.ReceiveMessagesAsync(_host.BatchSize, _settings.MessageLease, _stop.GraceOver);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await _queue.CreateIfNotExistsAsync(cancellationToken: _stop.GraceOver);
            return [];
        }
    }

    private async Task AfterReceiveAsync(QueueMessage[] received, BackOff idle)
    {
        foreach (var message in received)
        {
            Start(message);
        }

        if (received.Length > 0)
        {
            idle.Reset();
        }

        if (received.Length < _host.BatchSize)
        {
            await WaitAsync(received.Length > 0 ? _firstWait : idle.Next());
        }
    }

    private void Start(QueueMessage message)
    {
        var work = Task.Run(() => _handler.HandleAsync(new MessageLease(_queue, message, _settings.MessageLease), message));
        _running.TryAdd(work, true);
        work.ContinueWith(
            ended =>
            {
                _running.TryRemove(ended, out _);
                _ended.Set();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task WaitForRoomAsync()
    {
        while (_running.Count > _host.NewBatchThreshold && !_stop.Stopping.IsCancellationRequested)
        {
            await _ended.WaitAsync(Timeout.InfiniteTimeSpan, _stop.Stopping);
        }
    }

    private async Task WaitAsync(TimeSpan longest)
    {
        var began = TimeProvider.System.GetTimestamp();
        await _hinted.WaitAsync(longest, _stop.Stopping);
        var spacing = TimeSpan.FromTicks(Math.Min(Math.Clamp(longest.Ticks / 2, LeastHintSpacing.Ticks, MostHintSpacing.Ticks), longest.Ticks));
        var rest = spacing - TimeProvider.System.GetElapsedTime(began);
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, _stop.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The queue {Queue} cannot be read; trying again until it can.")]
        public static partial void Unreachable(ILogger logger, string queue, Exception failure);

        [LoggerMessage(Level = LogLevel.Information, Message = "The queue {Queue} can be read again.")]
        public static partial void Recovered(ILogger logger, string queue);
    }
}
