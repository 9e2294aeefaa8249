using System.Collections.Concurrent;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;

namespace MessageQueue;

/// <summary>
/// Counts what happens in this process, told by the kit. For the eye: the proof is in the ledger. Now and then the counters are added
/// to those in the ledger, so that a run of several processes has one sum; a kill costs the last second of them.
/// </summary>
internal sealed class Figures(Ledger ledger) : IMessageObserver
{
    public const string Accepted = "accepted";
    public const string Handled = "handled";
    public const string Retried = "retried";
    public const string Returned = "returned";
    public const string DeadLettered = "dead-lettered";
    public const string Suppressed = "duplicates suppressed";
    public const string BytesBefore = "bytes before compression";
    public const string BytesAfter = "bytes after compression";
    public const string StandardCalls = "calls to standard queues";
    public const string FifoCalls = "calls to FIFO queues";
    public const string Billed = "billed";
    public const string EmptyReceives = "empty receives";

    private readonly ConcurrentDictionary<(string Scope, string What), Counter> _counters = new();

    public long this[string scope, string what] => _counters.TryGetValue((scope, what), out var counter) ? counter.Value : 0;

    /// <summary>Grows with everything that happens to messages; calls that find nothing do not count.</summary>
    public long Signs => _counters.Where(pair => pair.Key.Scope is not (StandardCalls or FifoCalls)).Sum(pair => pair.Value.Value);

    public void Add(string scope, string what, long count = 1) => _counters.GetOrAdd((scope, what), static _ => new Counter()).Add(count);

    /// <summary>A step of the publish pipeline, inside of compression: sees the body as it leaves.</summary>
    public ValueTask WeighAsync(PublishContext context, MessageDelegate<PublishContext> next)
    {
        Add(context.Destination.Name, BytesAfter, context.Envelope.Body.Length);
        return next(context);
    }

    /// <summary>Adds to the ledger what has come since the last time.</summary>
    public async Task FlushAsync()
    {
        var increments = _counters
            .Select(pair => KeyValuePair.Create($"{pair.Key.Scope}: {pair.Key.What}", pair.Value.TakeNew()))
            .Where(increment => increment.Value != 0)
            .ToList();
        if (increments.Count > 0)
        {
            await ledger.CountAsync(increments);
        }
    }

    void IMessageObserver.Published(PublishContext context)
    {
        Add(context.Destination.Name, Accepted);
        Add(context.Destination.Name, BytesBefore, context.Envelope.Body.Length);
    }

    void IMessageObserver.Handled(ConsumeContext context, object message) => Add(context.Source.Name, Handled);

    void IMessageObserver.Retried(ConsumeContext context, Exception failure) => Add(context.Source.Name, Retried);

    void IMessageObserver.Returned(ConsumeContext context, Exception failure) => Add(context.Source.Name, Returned);

    void IMessageObserver.DeadLettered(ConsumeContext context, TransportEndpoint destination, Exception failure) => Add(context.Source.Name, DeadLettered);

    void IMessageObserver.DuplicateSuppressed(ConsumeContext context) => Add(context.Source.Name, Suppressed);

    private sealed class Counter
    {
        private long _value;
        private long _taken;

        public long Value => Interlocked.Read(ref _value);

        public void Add(long count) => Interlocked.Add(ref _value, count);

        public long TakeNew()
        {
            var value = Value;
            return value - Interlocked.Exchange(ref _taken, value);
        }
    }
}
