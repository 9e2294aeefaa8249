using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.EventBridge;

/// <summary>Sends a batch to one bus by one <c>PutEvents</c>.</summary>
internal sealed partial class EventBridgeSender(EventBridgeConnection bus, IReadOnlyList<string> resources, ILogger<EventBridgeSender> logger) : ITransportSender
{
    private const string Action = "PutEvents";
    private const int MaxCount = 10;

    // "Less than 1 MB" for all entries of a call, which is 1,048,576 or 1,000,000; with the smaller one nobody errs.
    private const int ServiceBytes = 1_000_000;

    // After so many calls that went well, twice as much is tried: what refused a batch may have been a gateway for a moment.
    private const int CallsUntilMore = 100;

    private volatile int _batchBytes = ServiceBytes;
    private int _calls;
    private volatile bool _isThere = bus.IsDefault;
    private volatile bool _disposed;

    /// <summary>The service's own, for a call; lowered when it refuses a batch, and raised again after many that it takes.</summary>
    public TransportLimits Limits => new(MaxCount, _batchBytes, ServiceBytes);

    public TransportFeatures Features => TransportFeatures.RoutingByBody;

    public int Measure(Envelope envelope) => EventBridgeMessage.Measure(envelope, resources);

    public async ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        await SeeThatItIsThereAsync(cancellationToken).ConfigureAwait(false);

        var (entries, places) = (new List<EventBridgeEntry>(batch.Count), new List<int>(batch.Count));
        var (total, largest) = (0, 0);
        for (var i = 0; i < batch.Count; i++)
        {
            var size = Measure(batch[i]);
            if (FaultOf(batch[i], size) is { } fault)
            {
                batch.Fail(i, fault);
                continue;
            }

            entries.Add(EventBridgeMessage.Write(batch[i], bus.Address, resources));
            places.Add(i);
            (total, largest) = (total + size, Math.Max(largest, size));
        }

        if (entries.Count > 0)
        {
            await SendAsync(batch, entries, places, total, largest, cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private TransportException? FaultOf(Envelope envelope, int size) =>
        EventBridgeMessage.FaultOf(envelope, bus.Name) ?? (size <= ServiceBytes ? null : new(
            FailureKind.TooLarge,
            $"The event has {size} bytes, and EventBridge takes {ServiceBytes}. Compress it, or send a reference to it."));

    private async ValueTask SendAsync(
        TransportBatch<Envelope> batch, List<EventBridgeEntry> entries, List<int> places, int total, int largest, CancellationToken cancellationToken)
    {
        IReadOnlyList<EventBridgeOutcome> outcomes;
        try
        {
            outcomes = await bus.CallAsync(Action, (client, token) => client.PutEventsAsync(entries, token), cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.TooLarge && entries.Count > 1)
        {
            // A region or an emulator that still has the limit of before. The kit sends each message of this batch alone, for none is to blame
            // until it is refused alone; later batches are smaller.
            _batchBytes = Math.Min(_batchBytes, Math.Max(largest, total / 2));
            throw;
        }

        if (_batchBytes < ServiceBytes && Interlocked.Increment(ref _calls) % CallsUntilMore == 0)
        {
            _batchBytes = Math.Min(_batchBytes * 2, ServiceBytes);
        }

        if (outcomes.Count != entries.Count)
        {
            throw new TransportException(FailureKind.Transient, $"The answer to {Action} on '{bus.Name}' has {outcomes.Count} outcomes for {entries.Count} events.");
        }

        for (var i = 0; i < outcomes.Count; i++)
        {
            if (outcomes[i].ErrorCode is not null)
            {
                batch.Fail(places[i], EventBridgeErrors.Translate(outcomes[i], Action, bus.Name));
            }
            else if (string.IsNullOrEmpty(outcomes[i].EventId))
            {
                batch.Fail(places[i], new TransportException(FailureKind.Transient, $"The answer to {Action} on '{bus.Name}' does not say what became of the event."));
            }
        }
    }

    // EventBridge accepts events for a bus that is not there, and drops them; so it is looked for once. Where that is forbidden, nobody can tell.
    private async ValueTask SeeThatItIsThereAsync(CancellationToken cancellationToken)
    {
        if (_isThere)
        {
            return;
        }

        try
        {
            if (await bus.FindAsync(cancellationToken).ConfigureAwait(false) is null)
            {
                throw new TransportException(FailureKind.NotFound, $"There is no bus '{bus.Name}'. Create the bus, or set Topology to Create; check the region and the account.");
            }
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.Denied)
        {
            LogUnknown(bus.Name, exception.Message);
        }

        _isThere = true;
    }

    [LoggerMessage(LogLevel.Warning, "Whether there is a bus {Bus} could not be found out; if there is none, events are lost without a word: {Reason}")]
    private partial void LogUnknown(string bus, string reason);
}
