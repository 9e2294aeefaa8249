using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Pipeline;

namespace HighThroughputStreaming;

/// <summary>
/// Counts what happens in this process, told by the kit. For the eye: the proof is in the ledger. Now and then the counters are added
/// to those in the ledger, so that a run of several processes has one sum; a kill costs the last second of them.
/// </summary>
internal sealed class Figures : IMessageObserver, IDisposable
{
    public const string Published = "published";
    public const string Handled = "handled";
    public const string Retried = "retried";
    public const string Returned = "returned";
    public const string Rebalances = "rebalances";
    public const string Suppressed = "duplicates suppressed";
    public const string Overtaken = "overtaken";

    private const string TopicTag = "messaging.destination.name";
    private const string RebalanceInstrument = "messagingkit.kafka.rebalances";

    private readonly Ledger _ledger;
    private readonly MeterListener _meters = new();
    private readonly ConcurrentDictionary<(string Topic, string What), Counter> _counters = new();
    private readonly ConcurrentDictionary<string, Newest> _devices = new(StringComparer.Ordinal);

    public Figures(Ledger ledger)
    {
        _ledger = ledger;
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MessagingDiagnostics.Name && instrument.Name == RebalanceInstrument)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach (var (name, value) in tags)
            {
                if (name == TopicTag && value is string topic && topic.EndsWith($"-{Streams.Readings}", StringComparison.Ordinal))
                {
                    Add(Streams.Readings, Rebalances, count);
                }
            }
        });
        _meters.Start();
    }

    /// <summary>From the publish of a reading until it is in its window, and what came of it is published.</summary>
    public Latency Latency { get; } = new();

    public long this[string topic, string what] => _counters.TryGetValue((topic, what), out var counter) ? counter.Value : 0;

    /// <summary>Grows with everything that happens to messages.</summary>
    public long Signs => _counters.Sum(pair => pair.Value.Value);

    public void Add(string topic, string what, long count = 1) => _counters.GetOrAdd((topic, what), static _ => new Counter()).Add(count);

    /// <summary>A reading has been handled: was a later one of the same device handled before it, whatever their keys?</summary>
    public void Watch(Reading reading)
    {
        if (_devices.GetOrAdd(reading.Device, static _ => new Newest()).IsOvertaken(reading.Sequence))
        {
            Add(Streams.Readings, Overtaken);
        }
    }

    /// <summary>Adds to the ledger what has come since the last time.</summary>
    public async Task FlushAsync()
    {
        var increments = _counters
            .Select(pair => KeyValuePair.Create($"{pair.Key.Topic}: {pair.Key.What}", pair.Value.TakeNew()))
            .Where(increment => increment.Value != 0)
            .ToList();
        if (increments.Count > 0)
        {
            await _ledger.CountAsync(increments);
        }
    }

    public void Dispose() => _meters.Dispose();

    void IMessageObserver.Published(PublishContext context) => Add(context.Destination.Name, Published);

    void IMessageObserver.Handled(ConsumeContext context, object message)
    {
        Add(context.Source.Name, Handled);
        if (message is Reading)
        {
            Latency.Add(TimeProvider.System.GetUtcNow() - context.Envelope.Time);
        }
    }

    void IMessageObserver.Retried(ConsumeContext context, Exception failure) => Add(context.Source.Name, Retried);

    void IMessageObserver.Returned(ConsumeContext context, Exception failure) => Add(context.Source.Name, Returned);

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

    private sealed class Newest
    {
        private int _sequence = -1;

        public bool IsOvertaken(int sequence)
        {
            lock (this)
            {
                var isOvertaken = sequence < _sequence;
                _sequence = Math.Max(_sequence, sequence);
                return isOvertaken;
            }
        }
    }
}
