using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Redelivery;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Consuming;

/// <summary>
/// The pump: receives within its bounds, hands messages to workers by lanes, keeps leases, and settles in batches. Reconnects for
/// ever; stops by finishing or returning all that it holds.
/// </summary>
internal sealed partial class MessageConsumer : IMessageConsumer, IMessageHolder, IAsyncDisposable
{
    private const int MaxSettleCalls = 4;
    private const int RememberedMessages = 10_000;
    private static readonly BackOff ReconnectBackOff = BackOff.Exponential(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));
    private static readonly RedeliveryOptions Redelivery = new();

    // A source with leases is told of each message by itself, in calls that cost: an acknowledgement may wait for company so long. Lasting longer, more would come
    // again after a crash.
    private static readonly TimeSpan AckLinger = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LeastPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    private readonly ITransportReceiver _receiver;
    private readonly MessageDelegate<ConsumeContext> _pipeline;
    private readonly ConsumerOptions _options;
    private readonly DeliveryOrigin _origin;
    private readonly MessageObservers _observers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CapacityGate _room;
    private readonly int _prefetch;
    private readonly int _receivers;
    private readonly TransportBatcher<SettledEnvelope> _settlements;
    private readonly Action<object, Exception?> _onAcknowledged;
    private readonly LeaseKeeper? _leases;
    private readonly DeliveryHistory? _history;
    private readonly bool _sourceRedelivers;
    private readonly ITimer _due;
    private readonly ReceiveMetrics _metrics;

    private readonly Lock _lock = new();
    private readonly DeliveryLanes _lanes;
    private readonly List<DeliveryWorker> _workers = [];
    private readonly Stack<DeliveryWorker> _idle = [];
    private readonly TaskCompletionSource _allIdle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _allReleased = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _leaving = Task.CompletedTask;
    private int _held;
    private int _inHand;
    private long _settlingBytes;
    private bool _isWaking;
    private volatile bool _hasReturned;
    private volatile bool _isStopping;
    private volatile bool _isStopped;
    private volatile bool _isPaused;
    private volatile bool _hasAnswered;

    private readonly CancellationTokenSource _receiving = new();
    private readonly SemaphoreSlim _demand = new(0);
    private Task[] _loops = [];
    private volatile bool _isStarted;
    private int _isDisposed;

    public MessageConsumer(
        string name,
        TransportEndpoint source,
        ITransportReceiver receiver,
        MessageDelegate<ConsumeContext> pipeline,
        ConsumerOptions options,
        BatcherOptions settling,
        IServiceScopeFactory scopes,
        MessageObservers observers,
        TimeProvider time,
        ILogger logger)
    {
        (Name, Source, _receiver, _pipeline, _options) = (name, source, receiver, pipeline, options);
        (_origin, _observers, _time, _logger) = (new DeliveryOrigin(source, name, scopes), observers, time, logger);
        var isOrdered = receiver.Features.HasFlag(TransportFeatures.Ordering);
        _prefetch = options.PrefetchFor(receiver.Limits.BatchCount, isOrdered);
        _room = new CapacityGate(_prefetch, options.PrefetchBytes);
        _metrics = new ReceiveMetrics(source, name);
        _settlements = new(
            () => _receiver.Limits with { BatchBytes = int.MaxValue },
            SettleAsync,
            settling with { MaxCalls = MaxSettleCalls, EagerCalls = 1, Linger = receiver is ILeaseRenewer ? AckLinger : TimeSpan.Zero },
            time,
            logger);
        _onAcknowledged = (delivery, failure) => OnAcknowledged((Delivery)delivery, failure);
        _leases = receiver is ILeaseRenewer renewer ? new LeaseKeeper(renewer, receiver.Limits.BatchCount, OnLeaseLost, time, logger) : null;
        _lanes = new DeliveryLanes(isOrdered);
        _sourceRedelivers = receiver.Features.HasFlag(TransportFeatures.Redelivery);
        _history = isOrdered && _sourceRedelivers ? new DeliveryHistory(RememberedMessages) : null;

        // A queue holds a key back while some of it is in flight; a stream gives one receive after the other, and two at once could overtake.
        _receivers = isOrdered && (!_sourceRedelivers || receiver is IRevocableReceiver) ? 1 : options.Receivers;
        _due = time.CreateTimer(static consumer => ((MessageConsumer)consumer!).WakeDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        (receiver as IRevocableReceiver)?.Attach(this);
    }

    public string Name { get; }

    public TransportEndpoint Source { get; }

    public int InFlight => Volatile.Read(ref _held);

    public int Handling
    {
        get
        {
            lock (_lock)
            {
                return _workers.Count(worker => worker.Current is not null);
            }
        }
    }

    public Exception? LastFailure { get; private set; }

    public ConsumerState State =>
        _isStopped ? ConsumerState.Stopped
        : _isStopping ? ConsumerState.Stopping
        : !_isStarted ? ConsumerState.Created
        : LastFailure is not null ? ConsumerState.Reconnecting
        : _isPaused ? ConsumerState.Paused
        : ConsumerState.Consuming;

    /// <summary>
    /// Whether one of its loops or workers has ended while it should be consuming: a defect, for nothing that a source, a handler or a log
    /// does ends them. One is enough, for the others may wait for it.
    /// </summary>
    public bool HasDied
    {
        get
        {
            lock (_lock)
            {
                return _isStarted && !_isStopping && (_loops.Any(loop => loop.IsCompleted) || _workers.Any(worker => worker.HasDied));
            }
        }
    }

    public void Start()
    {
        LogStarted(_logger, Name, Source, _options.Concurrency, _prefetch);

        // The loops live as long as the consumer and must not keep the context of whoever started it.
        using (ExecutionContext.SuppressFlow())
        {
            _loops = [.. Enumerable.Range(0, _receivers).Select(index => Task.Run(() => ReceiveAsync(index)))];
        }

        _isStarted = true;
    }

    public void Pause()
    {
        _isPaused = true;
        _room.Close();
    }

    public void Resume()
    {
        _isPaused = false;
        _room.Open();
    }

    public async ValueTask<Backlog?> GetBacklogAsync(CancellationToken cancellationToken) =>
        _receiver is IBacklogReader reader ? await reader.GetBacklogAsync(cancellationToken).ConfigureAwait(false) : null;

    /// <summary>What of the source does not get on, where it can tell.</summary>
    public IReadOnlyList<string> FindStalls() => (_receiver as IStallReporter)?.FindStalls() ?? [];

    /// <summary>Whether the source has answered at least once. While the first poll lasts, its backlog is asked for instead.</summary>
    public async ValueTask<bool> IsConnectedAsync(CancellationToken cancellationToken)
    {
        if (!_hasAnswered && _receiver is IBacklogReader reader)
        {
            try
            {
                await reader.GetBacklogAsync(cancellationToken).ConfigureAwait(false);
                _hasAnswered = true;
            }
            catch (TransportException exception)
            {
                LogNotConnected(_logger, Name, Source, exception);
            }
        }

        return _hasAnswered;
    }

    /// <summary>
    /// Stops: receives nothing more, returns what has not been started, and waits for handlers until the deadline; then cancels
    /// them, returns what they let go of, and leaves the source. Whatever does not react, be it a handler or the broker, is left behind after a few seconds.
    /// </summary>
    public async Task StopAsync(CancellationToken deadline)
    {
        if (_isStopped)
        {
            return;
        }

        _isStopping = true;
        await _receiving.CancelAsync().ConfigureAwait(false);
        using (var patience = new CancellationTokenSource(StopGrace, _time))
        {
            if (!await EndsAsync(Task.WhenAll(_loops), patience.Token).ConfigureAwait(false))
            {
                LogStillReceiving(_logger, Name, Source);
            }
        }

        // Returning needs the broker and finishing needs the handlers: neither waits for the other.
        var returning = ReturnWaitingAsync();
        await FinishHandlingAsync(deadline).ConfigureAwait(false);
        using (var patience = new CancellationTokenSource(StopGrace, _time))
        {
            await EndsAsync(returning, patience.Token).ConfigureAwait(false);
            await _settlements.StopAsync(patience.Token).ConfigureAwait(false);
        }

        // What has its outcome is let go of in a moment; what a handler or the broker still has is not waited for.
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time))
        {
            await EndsAsync(InFlight == 0 ? Task.CompletedTask : _allReleased.Task, patience.Token).ConfigureAwait(false);
        }

        // Others of a group get on with what was its own now, and not when the last service of the host has stopped.
        _leaving = LeaveAsync();
        using (var patience = new CancellationTokenSource(StopGrace, _time))
        {
            await EndsAsync(_leaving, patience.Token).ConfigureAwait(false);
        }

        _isStopped = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _leaving.ConfigureAwait(false);
        await _due.DisposeAsync().ConfigureAwait(false);
        _settlements.Dispose();
        _receiving.Dispose();
        _demand.Dispose();
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }
    }

    private async Task LeaveAsync()
    {
        if (_leases is not null)
        {
            await _leases.DisposeAsync().ConfigureAwait(false);
        }

        await _receiver.DisposeAsync().ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Consumer} has no answer from {Source} yet, and its backlog cannot be read.")]
    private static partial void LogNotConnected(ILogger logger, string consumer, TransportEndpoint source, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Consumer} stops while a receive from {Source} does not react to cancellation; what it brings comes again when its lease ends.")]
    private static partial void LogStillReceiving(ILogger logger, string consumer, TransportEndpoint source);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Consumer} consumes from {Source}: {Concurrency} at once, {Prefetch} held at most.")]
    private static partial void LogStarted(ILogger logger, string consumer, TransportEndpoint source, int concurrency, int prefetch);
}
