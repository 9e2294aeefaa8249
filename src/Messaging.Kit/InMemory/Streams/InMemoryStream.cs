using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.InMemory.Streams;

/// <summary>
/// A stream of the in-memory broker: a log in partitions that groups read, each at its own pace. Its figures and its failures.
/// </summary>
/// <remarks>
/// Safe for concurrent use. The figures are exact. With groups that exist, no message is given up before all of them have acknowledged
/// it; a stream without groups keeps the newest messages.
/// </remarks>
public sealed partial class InMemoryStream : ISendTarget, IReceiveLine
{
    internal const int BatchCount = 500;

    // One lock. Nothing that is not the broker's own runs under it: waking receivers and publishers, telling those who hold messages,
    // and setting the timer come after it, see Aftermath.
    private readonly Lock _gate = new();
    private readonly InMemoryClock _clock;
    private readonly InMemoryFaults _brokerFaults;
    private readonly Alarm _alarm;
    private readonly Dictionary<string, StreamGroup> _groups = new(StringComparer.Ordinal);
    private StreamPartition[] _partitions;
    private StreamMember[] _members = [];
    private volatile InMemoryStreamOptions _options;
    private bool _hasDefaults;
    private int _turn;
    private int _posts;
    private Aftermath _after;

    internal InMemoryStream(string name, InMemoryStreamOptions? options, InMemoryClock clock, InMemoryFaults brokerFaults)
    {
        (Name, _options, _hasDefaults, _clock, _brokerFaults) = (name, options ?? new(), options is null, clock, brokerFaults);
        _partitions = MakePartitions(_options.Partitions);
        _alarm = new Alarm(clock, OnAlarm);
    }

    /// <summary>The stream's name.</summary>
    public string Name { get; }

    /// <summary>How many partitions it has.</summary>
    public int Partitions => _options.Partitions;

    /// <summary>Makes this stream fail; <see cref="InMemoryBroker.Faults"/> makes all fail.</summary>
    public InMemoryFaults Faults { get; } = new();

    /// <summary>Its groups, in the order of their names: who has which partition, and how far it is.</summary>
    public IReadOnlyList<InMemoryGroupStatus> Groups
    {
        get
        {
            lock (_gate)
            {
                return [.. _groups.Values.OrderBy(group => group.Name, StringComparer.Ordinal).Select(group => group.ToStatus())];
            }
        }
    }

    int ISendTarget.MaxMessageBytes => MaxMessageBytes;

    internal int MaxMessageBytes => _options.MaxMessageBytes;

    /// <summary>Forgets a group and how far it is, so that messages are no longer kept for it.</summary>
    /// <param name="group">The group's name.</param>
    /// <returns>Whether there was such a group.</returns>
    /// <exception cref="InvalidOperationException">It has members.</exception>
    public bool DeleteGroup(string group)
    {
        ArgumentNullException.ThrowIfNull(group);
        Aftermath after;
        lock (_gate)
        {
            if (!_groups.TryGetValue(group, out var known))
            {
                return false;
            }

            if (known.Members.Count > 0)
            {
                throw new InvalidOperationException($"Group '{group}' of stream '{Name}' has {known.Members.Count} members; dispose of its receivers first.");
            }

            _groups.Remove(group);
            after = End();
        }

        after.Run();
        return true;
    }

    /// <summary>Declares it again: options may come with a later declaration than the name.</summary>
    internal void Declare(InMemoryStreamOptions options)
    {
        lock (_gate)
        {
            if (!_hasDefaults && options.CompareTo(_options).ToArray() is { Length: > 0 } differences)
            {
                throw new InvalidOperationException($"Stream '{Name}' is declared already, and its {string.Join(", its ", differences)}. Declare a stream once, or with the same options.");
            }

            if (options.Partitions != _partitions.Length)
            {
                Divide(options.Partitions);
            }

            (_options, _hasDefaults) = (options, false);
        }
    }

    void ISendTarget.Accept(TransportBatch<Envelope> batch)
    {
        var largeBodies = BodyStore.CopyLarge(batch);
        Aftermath after;
        lock (_gate)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var envelope = batch[i];
                if (batch.FailureOf(i) is not null)
                {
                    continue;
                }

                // What is sent in a batch does not wait, for who sends it does, and sends again.
                var partition = PartitionFor(envelope);
                if ((CheckDelay(envelope) ?? (TryAdd(partition, envelope, largeBodies?[i]) ? null : Full(partition))) is { } failure)
                {
                    batch.Fail(i, failure);
                }
            }

            after = End();
        }

        after.Run();
    }

    /// <summary>Adds a message, unless its partition is full.</summary>
    internal bool TryPost(Envelope envelope)
    {
        var large = BodyStore.CopyLarge(envelope.Body);
        bool isAdded;
        Aftermath after;
        lock (_gate)
        {
            isAdded = TryAdd(PartitionFor(envelope), envelope, large);
            after = End();
        }

        after.Run();
        return isAdded;
    }

    /// <summary>Adds a message; when its partition is full, as soon as it is not.</summary>
    internal ValueTask PostAsync(InMemoryStreamSender sender, Envelope envelope, CancellationToken cancellationToken)
    {
        var large = BodyStore.CopyLarge(envelope.Body);
        StreamPost? post = null;
        Aftermath after;
        lock (_gate)
        {
            var partition = PartitionFor(envelope);
            if (!TryAdd(partition, envelope, large))
            {
                if (_options.FullTimeout == TimeSpan.Zero)
                {
                    return ValueTask.FromException(Full(partition));
                }

                post = new StreamPost(partition, envelope, large, sender, RingAfter(_options.FullTimeout));
                _posts++;
            }

            after = End();
        }

        after.Run();
        return post is null ? default : WaitAsync(post, cancellationToken);
    }

    /// <summary>The publishes of a sender that wait for room.</summary>
    internal Task[] PostsOf(InMemoryStreamSender sender)
    {
        lock (_gate)
        {
            return [.. _partitions.SelectMany(partition => partition.Posts).Where(post => post.Sender == sender).Select(post => post.Task)];
        }
    }

    /// <summary>Ends the publishes of a sender that wait for room.</summary>
    internal void Abandon(InMemoryStreamSender sender)
    {
        Aftermath after;
        lock (_gate)
        {
            foreach (var post in _partitions.SelectMany(partition => partition.Posts).Where(post => post.Sender == sender).ToList())
            {
                EndPost(post, new TransportException(FailureKind.Transient, $"The sender was disposed of before there was room in stream '{Name}'; message '{post.Envelope.Id}' has not been taken."));
            }

            after = End();
        }

        after.Run();
    }

    internal TransportException? OnReceive() => _brokerFaults.OnReceive() ?? Faults.OnReceive();

    internal static TransportException? CheckDelay(Envelope envelope) => envelope.Delay == TimeSpan.Zero
        ? null
        : new TransportException(FailureKind.Permanent, $"Message '{envelope.Id}' has a delay, and a stream has none: what comes first is read first. Publish without a delay, or to a queue.");

    private static StreamPartition[] MakePartitions(int count) => [.. Enumerable.Range(0, count).Select(number => new StreamPartition(number))];

    private async ValueTask WaitAsync(StreamPost post, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister((_, token) => TakeBack(post, token), null);
        await post.Task.ConfigureAwait(false);
    }

    private void TakeBack(StreamPost post, CancellationToken cancellationToken)
    {
        Aftermath after;
        lock (_gate)
        {
            EndPost(post, new OperationCanceledException(cancellationToken));
            after = End();
        }

        after.Run();
    }

    // All that is below runs under the lock.
    private StreamPartition PartitionFor(Envelope envelope)
    {
        if (envelope.Key is not null)
        {
            return _partitions[Murmur2.PartitionOf(envelope.Key, _partitions.Length)];
        }

        _turn = (_turn + 1) % _partitions.Length;
        return _partitions[_turn];
    }

    private bool TryAdd(StreamPartition partition, Envelope envelope, byte[]? large) =>
        partition.Posts.Count == 0 && partition.TryAdd(envelope, large, _options, DoneBy(partition).Offset);

    /// <summary>The group that has done least of a partition. Without groups, nobody misses anything.</summary>
    private (StreamGroup? Group, long Offset) DoneBy(StreamPartition partition)
    {
        var (slowest, offset) = (default(StreamGroup), partition.Log.End);
        foreach (var group in _groups.Values)
        {
            if (group.Partitions[partition.Number].Committed < offset)
            {
                (slowest, offset) = (group, group.Partitions[partition.Number].Committed);
            }
        }

        return (slowest, offset);
    }

    private TransportException Full(StreamPartition partition) => new(
        FailureKind.Throttled,
        $"Partition {partition.Number} of stream '{Name}' is full: it holds {partition.Log.Count} messages, and group '{DoneBy(partition).Group?.Name}' has not acknowledged the oldest. Consume faster, raise RetainedMessages or RetainedBytes, or delete the group if it is no more (DeleteGroup).");

    private void Admit()
    {
        foreach (var partition in _partitions)
        {
            while (partition.Posts.First?.Value is { } post && partition.TryAdd(post.Envelope, post.LargeBody, _options, DoneBy(partition).Offset))
            {
                EndPost(post);
            }
        }
    }

    private void EndPost(StreamPost post, Exception? failure = null)
    {
        if (post.Node.List is not null)
        {
            post.Partition.Posts.Remove(post.Node);
            post.Failure = failure;
            _posts--;
            (_after.Posts ??= []).Add(post);
        }
    }

    private void Divide(int partitions)
    {
        if (_members.Length > 0 || Array.Exists(_partitions, partition => partition.Log.End > 0))
        {
            throw new InvalidOperationException($"Stream '{Name}' is in use with {_partitions.Length} partitions and cannot be divided into {partitions}. Declare its options before it is used.");
        }

        _partitions = MakePartitions(partitions);
        foreach (var group in _groups.Values)
        {
            group.Begin(_partitions, atEnd: false);
        }
    }
}
