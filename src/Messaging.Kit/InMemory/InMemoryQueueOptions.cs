using Messaging.Kit.Routing;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

/// <summary>
/// What a queue of the in-memory broker is like. The names and the defaults are those of Amazon SQS, so that what is tried out
/// here holds there. Read once, when the queue is declared.
/// </summary>
public sealed class InMemoryQueueOptions
{
    internal const int DefaultMaxMessageBytes = 1_048_576;

    private List<InMemorySubscription> _subscriptions = [];

    /// <summary>How long a received message stays invisible to others unless it is settled or renewed. Default 30 seconds; more than zero, at most 12 hours.</summary>
    public TimeSpan VisibilityTimeout { get; set; } = DefaultVisibilityTimeout;

    /// <summary>
    /// FIFO queues: for how long a message with the id of an earlier one is accepted but not stored. Default 5 minutes; zero for
    /// not at all. At most the last 1,000,000 ids are remembered.
    /// </summary>
    public TimeSpan DeduplicationWindow { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The queue that takes messages which were received <see cref="MaxReceiveCount"/> times and not acknowledged; <see langword="null"/>,
    /// the default, for none. Of the same kind (FIFO or standard) as the queue itself; declared when it is not there yet.
    /// </summary>
    public string? DeadLetterQueue { get; set; }

    /// <summary>How often a message is received before it moves to <see cref="DeadLetterQueue"/>. Default 10; without a dead-letter queue it has no effect.</summary>
    public int MaxReceiveCount { get; set; } = 10;

    /// <summary>How long a message is kept, counted from its acceptance; then it vanishes. Default 4 days; more than zero.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(4);

    /// <summary>How long every message is held back before its first delivery, unless the message has a delay of its own. Default zero.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Most bytes of one message, counted as body, key, type and headers in UTF-8. Default 1,048,576.</summary>
    public int MaxMessageBytes { get; set; } = DefaultMaxMessageBytes;

    /// <summary>How long a receive waits for a message before it returns empty. Default 10 seconds; zero for not at all.</summary>
    public TimeSpan WaitTime { get; set; } = TimeSpan.FromSeconds(10);

    internal static TimeSpan DefaultVisibilityTimeout { get; } = TimeSpan.FromSeconds(30);

    internal IReadOnlyList<InMemorySubscription> Subscriptions => _subscriptions;

    /// <summary>Subscribes the queue to topics, which are declared when they are not there yet. Adds to the subscriptions that exist.</summary>
    /// <param name="topics">Names of topics.</param>
    public void SubscribeTo(params string[] topics)
    {
        ArgumentNullException.ThrowIfNull(topics);
        foreach (var topic in topics)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(topic, nameof(topics));
        }

        _subscriptions.AddRange(topics.Select(topic => new InMemorySubscription(topic, null)));
    }

    /// <summary>
    /// Subscribes the queue to those messages of a topic that match a pattern. Without this, or with several of it for one topic, a message
    /// comes once if any of them lets it through.
    /// </summary>
    /// <param name="topic">The topic's name; it is declared when it is not there yet.</param>
    /// <param name="filter">The pattern, written for the form of <see cref="EventForm"/>: the body is <c>detail</c>.</param>
    public void SubscribeTo(string topic, EventPattern filter)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(topic);
        ArgumentNullException.ThrowIfNull(filter);
        _subscriptions.Add(new(topic, filter));
    }

    /// <summary>
    /// Has a rule of an event bus send to the queue: the events that match a pattern, as they are or as a transformer makes them. A
    /// transformed event is the transformer's output and nothing else, as on Amazon EventBridge: it carries no type, so its consumer names one
    /// (<c>DefaultType</c>). Every rule delivers by itself: an event that matches two of them comes twice, under one id.
    /// </summary>
    /// <param name="bus">The bus's name; it is declared when it is not there yet. In the in-memory broker a bus is a topic.</param>
    /// <param name="pattern">The pattern, written for the form of <see cref="EventForm"/>: the body is <c>detail</c>.</param>
    /// <param name="transformer">Makes what the queue gets of the event; the event itself unless given.</param>
    public void AddRule(string bus, EventPattern pattern, InputTransformer? transformer = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(bus);
        ArgumentNullException.ThrowIfNull(pattern);
        _subscriptions.Add(new(bus, pattern, IsRule: true, transformer));
    }

    /// <summary>The same with other names of topics and of the dead-letter queue.</summary>
    internal InMemoryQueueOptions WithNames(Func<string, string> nameOf)
    {
        var copy = Copy();
        copy.DeadLetterQueue = DeadLetterQueue is null ? null : nameOf(DeadLetterQueue);
        copy._subscriptions = [.. _subscriptions.Select(subscription => subscription with { Topic = nameOf(subscription.Topic) })];
        return copy;
    }

    internal InMemoryQueueOptions Copy() => (InMemoryQueueOptions)MemberwiseClone();

    /// <summary>All that is wrong, in words that say what to do.</summary>
    internal IEnumerable<string> Validate(string queue)
    {
        if (VisibilityTimeout <= TimeSpan.Zero || VisibilityTimeout > InMemoryQueue.MaxLease)
        {
            yield return $"Queue '{queue}': VisibilityTimeout is {VisibilityTimeout}; it must be more than zero and at most {InMemoryQueue.MaxLease}.";
        }

        if (DeduplicationWindow < TimeSpan.Zero)
        {
            yield return $"Queue '{queue}': DeduplicationWindow is {DeduplicationWindow}; it must not be negative. Zero turns deduplication off.";
        }

        if (MaxReceiveCount < 1)
        {
            yield return $"Queue '{queue}': MaxReceiveCount is {MaxReceiveCount}; it must be 1 or more.";
        }

        if (Retention <= TimeSpan.Zero)
        {
            yield return $"Queue '{queue}': Retention is {Retention}; it must be more than zero.";
        }

        if (Delay < TimeSpan.Zero)
        {
            yield return $"Queue '{queue}': Delay is {Delay}; it must not be negative.";
        }

        if (MaxMessageBytes < 1)
        {
            yield return $"Queue '{queue}': MaxMessageBytes is {MaxMessageBytes}; it must be 1 or more.";
        }

        if (WaitTime < TimeSpan.Zero)
        {
            yield return $"Queue '{queue}': WaitTime is {WaitTime}; it must not be negative. Zero returns at once.";
        }

        if (DeadLetterQueue is not null)
        {
            if (DeadLetterQueue == queue)
            {
                yield return $"Queue '{queue}' is its own dead-letter queue; name another one.";
            }

            if (InMemoryBroker.IsFifo(DeadLetterQueue) != InMemoryBroker.IsFifo(queue))
            {
                yield return $"Queue '{queue}' and its dead-letter queue '{DeadLetterQueue}' must both be FIFO queues (their names end in .fifo) or both not.";
            }
        }

        foreach (var topic in _subscriptions.Select(subscription => subscription.Topic))
        {
            if (InMemoryBroker.IsFifo(queue) && !InMemoryBroker.IsFifo(topic))
            {
                yield return $"Queue '{queue}' is a FIFO queue and topic '{topic}' is not a FIFO topic, whose name ends in .fifo; its messages may have no key.";
            }
        }
    }

    /// <summary>Where two declarations of a queue are not the same. Subscriptions are not compared, they add up.</summary>
    internal IEnumerable<string> CompareTo(InMemoryQueueOptions declared)
    {
        (string Name, object? Declared, object? Asked)[] values =
        [
            (nameof(VisibilityTimeout), declared.VisibilityTimeout, VisibilityTimeout),
            (nameof(DeduplicationWindow), declared.DeduplicationWindow, DeduplicationWindow),
            (nameof(DeadLetterQueue), declared.DeadLetterQueue, DeadLetterQueue),
            (nameof(MaxReceiveCount), declared.MaxReceiveCount, MaxReceiveCount),
            (nameof(Retention), declared.Retention, Retention),
            (nameof(Delay), declared.Delay, Delay),
            (nameof(MaxMessageBytes), declared.MaxMessageBytes, MaxMessageBytes),
            (nameof(WaitTime), declared.WaitTime, WaitTime),
        ];
        return values.Where(value => !Equals(value.Declared, value.Asked))
            .Select(value => $"{value.Name} is {value.Declared ?? "not set"} and not {value.Asked ?? "not set"}");
    }
}
