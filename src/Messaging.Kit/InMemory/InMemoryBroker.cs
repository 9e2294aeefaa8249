using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Routing;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory;

/// <summary>
/// A broker within the process: queues and topics with the rules of Amazon SQS and SNS, and streams with those of Kafka, to develop
/// and test on. At-least-once delivery, visibility timeouts, delays, FIFO groups, deduplication, redrive to a dead-letter queue,
/// long polls, fan-out; partitions, consumer groups, replay. Its messages live as long as it does.
/// </summary>
/// <remarks>
/// Safe for concurrent use. All time comes from its <see cref="TimeProvider"/>, so that a test moves it. A queue or topic whose
/// name ends in <c>.fifo</c> is FIFO; queues, topics and streams share one set of names, which are compared by case.
/// </remarks>
public sealed partial class InMemoryBroker
{
    private readonly ConcurrentDictionary<string, ISendTarget> _targets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Declaration> _declarations = new(StringComparer.Ordinal);
    private readonly Lock _declaring = new();
    private readonly InMemoryClock _clock;

    /// <summary>Makes a broker without queues and topics.</summary>
    /// <param name="timeProvider">Where time comes from; the system's unless given.</param>
    public InMemoryBroker(TimeProvider? timeProvider = null) => _clock = new InMemoryClock(timeProvider ?? TimeProvider.System);

    /// <summary>Makes all queues, topics and streams fail; <see cref="InMemoryQueue.Faults"/> makes one fail.</summary>
    public InMemoryFaults Faults { get; } = new();

    /// <summary>
    /// Declares a queue. Declaring it again is fine; options may come with a later declaration than the name, but not differ from
    /// those that were declared. Its dead-letter queue and the topics it subscribes to are declared with it.
    /// </summary>
    /// <param name="name">The queue's name; it ends in <c>.fifo</c> for a FIFO queue.</param>
    /// <param name="options">What it is like; the defaults, or what has been declared, unless given.</param>
    /// <returns>The queue.</returns>
    /// <exception cref="ArgumentException">The options make no sense; the text lists all that is wrong.</exception>
    /// <exception cref="InvalidOperationException">The queue is declared with other options, or the name is a topic's or a stream's.</exception>
    public InMemoryQueue DeclareQueue(string name, InMemoryQueueOptions? options = null) => DeclareQueue(name, options, DeclaredBy.Owner);

    /// <summary>Declares a topic. Declaring it again is fine.</summary>
    /// <param name="name">The topic's name; it ends in <c>.fifo</c> for a FIFO topic, whose messages need a key.</param>
    /// <exception cref="InvalidOperationException">The name is a queue's or a stream's.</exception>
    public void DeclareTopic(string name) => GetOrAddTopic(name);

    /// <summary>
    /// Subscribes a queue to a topic: it gets a copy of every message that is sent to the topic from now on. Subscribing again is
    /// fine. Both are declared when they are not there yet.
    /// </summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="queue">The queue's name.</param>
    /// <exception cref="ArgumentException">The queue is FIFO and the topic is not.</exception>
    /// <exception cref="InvalidOperationException">One of the names is that of the other kind.</exception>
    public void Subscribe(string topic, string queue)
    {
        var options = new InMemoryQueueOptions();
        options.SubscribeTo(topic);
        DeclareQueue(queue, options, DeclaredBy.Name);
    }

    /// <summary>Subscribes a queue to those messages of a topic that match a pattern, from now on.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="queue">The queue's name.</param>
    /// <param name="filter">The pattern, written for the form of <see cref="EventForm"/>: the body is <c>detail</c>.</param>
    /// <exception cref="ArgumentException">The queue is FIFO and the topic is not.</exception>
    /// <exception cref="InvalidOperationException">One of the names is that of the other kind.</exception>
    public void Subscribe(string topic, string queue, EventPattern filter)
    {
        var options = new InMemoryQueueOptions();
        options.SubscribeTo(topic, filter);
        DeclareQueue(queue, options, DeclaredBy.Name);
    }

    /// <summary>Finds a queue, for its figures and failures.</summary>
    /// <param name="name">The queue's name.</param>
    /// <returns>The queue.</returns>
    /// <exception cref="TransportException">There is no such queue.</exception>
    public InMemoryQueue GetQueue(string name) => Find(name) as InMemoryQueue ?? throw NotDeclared(name);

    /// <summary>Makes a sender, as the kit does for <c>to.InMemory(...)</c>.</summary>
    /// <param name="queueOrTopic">The name of a queue or a topic. It need not be declared yet, but sending needs it.</param>
    /// <returns>The sender, owned by the caller.</returns>
    public ITransportSender CreateSender(string queueOrTopic)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queueOrTopic);
        return new InMemorySender(this, queueOrTopic);
    }

    /// <summary>Makes a receiver, as the kit does for <c>from.InMemory(...)</c>. It renews leases and reads the backlog, too.</summary>
    /// <param name="queue">The name of a queue. It need not be declared yet, but receiving needs it.</param>
    /// <returns>The receiver, owned by the caller.</returns>
    public ITransportReceiver CreateReceiver(string queue)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queue);
        return new InMemoryReceiver(this, queue);
    }

    internal static bool IsFifo(string name) => name.EndsWith(".fifo", StringComparison.Ordinal);

    internal static TransportException NotDeclared(string name) => new(
        FailureKind.NotFound,
        $"The in-memory broker has no '{name}'. Register it with to.InMemory(\"{name}\") or from.InMemory(\"{name}\"), or declare it with InMemoryBroker.DeclareQueue, DeclareTopic or DeclareStream.");

    internal ISendTarget? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _targets.GetValueOrDefault(name);
    }

    internal InMemoryQueue DeclareQueue(string name, InMemoryQueueOptions? options, DeclaredBy by)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ThrowIfFaulty(options?.Validate(name) ?? [], nameof(options));

        // Reentrant: a queue declares its dead-letter queue.
        lock (_declaring)
        {
            var queue = Declare(name, options?.Copy() ?? new InMemoryQueueOptions(), options is null ? DeclaredBy.Name : by);
            foreach (var subscription in options?.Subscriptions ?? [])
            {
                GetOrAddTopic(subscription.Topic).Subscribe(queue, subscription);
            }

            return queue;
        }
    }

    /// <summary>Declares a queue, or says why it cannot be declared like this.</summary>
    internal IReadOnlyList<string> Apply(string name, InMemoryQueueOptions? options, DeclaredBy by)
    {
        lock (_declaring)
        {
            if (options is not null && Contradict(name, options, by) is { } contradiction)
            {
                return [contradiction];
            }

            DeclareQueue(name, options, by);
            return [];
        }
    }

    private string? Contradict(string name, InMemoryQueueOptions options, DeclaredBy by) =>
        by != DeclaredBy.Name
        && _declarations.TryGetValue(name, out var declared) && declared.By == by
        && options.CompareTo(declared.Options).ToArray() is { Length: > 0 } differences
            ? $"Queue '{name}' is declared already, and its {string.Join(", its ", differences)}. Declare a queue once, or with the same options."
            : null;

    private InMemoryQueue Declare(string name, InMemoryQueueOptions options, DeclaredBy by)
    {
        if (Find(name) is { } target)
        {
            var queue = target as InMemoryQueue ?? throw Taken(name, "queue");
            if (Contradict(name, options, by) is { } contradiction)
            {
                throw new InvalidOperationException(contradiction);
            }

            if (by > _declarations[name].By)
            {
                queue.Change(options, DeclareDeadLetterQueue(options));
                _declarations[name] = new Declaration(options, by);
            }

            return queue;
        }

        var created = new InMemoryQueue(name, options, DeclareDeadLetterQueue(options), _clock, Faults);
        _declarations.Add(name, new Declaration(options, by));
        _targets[name] = created;
        return created;
    }

    private InMemoryQueue? DeclareDeadLetterQueue(InMemoryQueueOptions options) =>
        options.DeadLetterQueue is null ? null : DeclareQueue(options.DeadLetterQueue);

    private InMemoryTopic GetOrAddTopic(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        lock (_declaring)
        {
            if (Find(name) is { } target)
            {
                return target as InMemoryTopic ?? throw Taken(name, "topic");
            }

            var topic = new InMemoryTopic(name, _clock);
            _targets[name] = topic;
            return topic;
        }
    }

    private readonly record struct Declaration(InMemoryQueueOptions Options, DeclaredBy By);
}
