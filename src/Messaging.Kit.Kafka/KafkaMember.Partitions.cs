using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

// How partitions come and go. Called by the client on the thread that polls, within a poll: while one of these runs, nothing is read.
internal sealed partial class KafkaMember
{
    private const int Unknown = int.MaxValue;

    private static readonly TimeSpan OffsetsTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CommittedPatience = TimeSpan.FromMinutes(2);

    // The protocol's word for the end: of what is committed, where only that is read.
    private static readonly Timestamp AtEnd = new(-1, TimestampType.CreateTime);
    private static readonly Timestamp AtBeginning = new(-2, TimestampType.CreateTime);

    // How many partitions there were when it began.
    private int _oldPartitions = Unknown;

    private List<TopicPartitionOffset> OnAssigned(List<TopicPartition> assigned)
    {
        var partitions = new Dictionary<int, KafkaPartition>(_partitions);
        foreach (var partition in assigned)
        {
            partitions[partition.Partition.Value] = new KafkaPartition(this, partition.Partition.Value, _time);
        }

        _partitions = partitions;
        KafkaMetrics.Rebalanced(this, "assigned");
        LogAssigned(Topic, assigned.Count, partitions.Count);
        var starts = StartsOf(assigned);
        _hasJoined = true;
        return starts;
    }

    // Where nothing else is said, what the group has committed, or at the beginning. A start that is said is committed at once: whoever has the partition
    // next goes on from there, though nothing has come of it yet, and so does this one after a transaction that is undone.
    private List<TopicPartitionOffset> StartsOf(List<TopicPartition> assigned)
    {
        if (_options.StartAtEnd && _oldPartitions == Unknown)
        {
            // The brokers did not answer in time when it began; they do now.
            NoteOldPartitions(ReadTopic(OffsetsTimeout));
        }

        var starts = assigned.ToDictionary(partition => partition, _ => Offset.Unset);
        if (_transactions is not null || _options.StartAtEnd)
        {
            foreach (var committed in CommittedOf(assigned))
            {
                starts[committed.TopicPartition] = committed.Offset.IsSpecial ? Offset.Unset : committed.Offset;
            }
        }

        var replayed = assigned.FindAll(partition => _options.ReplayFrom is not null && !_replayed.Contains(partition.Partition.Value));
        var begun = assigned.FindAll(partition => _options.StartAtEnd && starts[partition] == Offset.Unset);
        List<TopicPartition> said = _isStopping || _fatal is not null ? [] : [.. replayed.Union(begun)];
        if (said.Count > 0)
        {
            // The ends first: what comes meanwhile is behind them.
            foreach (var end in OffsetsAt(AtEnd, said))
            {
                starts[end.TopicPartition] = end.Offset;
            }

            // What is in a partition that has been added since has come since.
            foreach (var first in OffsetsAt(AtBeginning, begun.FindAll(partition => partition.Partition.Value >= _oldPartitions)))
            {
                starts[first.TopicPartition] = first.Offset;
            }

            foreach (var start in OffsetsAt(new Timestamp(_options.ReplayFrom.GetValueOrDefault().UtcDateTime), replayed).Where(start => !start.Offset.IsSpecial))
            {
                starts[start.TopicPartition] = start.Offset;
            }

            _client.Commit(said.Select(partition => new TopicPartitionOffset(partition, starts[partition])));
            _replayed.UnionWith(replayed.Select(partition => partition.Partition.Value));
        }

        return [.. starts.Select(start => new TopicPartitionOffset(start.Key, start.Value))];
    }

    // One that is not there, or not any more, has none: what is made later is all new.
    private void NoteOldPartitions(TopicMetadata topic)
    {
        if (!topic.Error.IsError || topic.Error.Code is ErrorCode.UnknownTopicOrPart)
        {
            _oldPartitions = Math.Min(_oldPartitions, topic.Partitions.Count);
        }
    }

    private List<TopicPartitionOffset> OffsetsAt(Timestamp time, List<TopicPartition> partitions) =>
        partitions.Count == 0 ? [] : _client.OffsetsForTimes(partitions.Select(partition => new TopicPartitionTimestamp(partition, time)), OffsetsTimeout);

    // Who has died may have left a transaction behind whose progress is neither committed nor undone, and until it is nobody knows where to begin. The client waits for
    // that by itself, but when it is given another partition meanwhile, it begins as a new group does (librdkafka 2.16).
    private List<TopicPartitionOffset> CommittedOf(List<TopicPartition> partitions)
    {
        for (var started = _time.GetTimestamp(); !_isStopping;)
        {
            try
            {
                return _client.Committed(partitions, CheckTime);
            }
            catch (KafkaException exception) when (exception.Error.Code == ErrorCode.Local_TimedOut && _time.GetElapsedTime(started) < CommittedPatience)
            {
                LogNotSettled(Topic, partitions.Count);
            }
            catch (KafkaException exception)
            {
                // The next member asks again.
                _fatal = exception.Error;
                break;
            }
        }

        return [];
    }

    /// <summary>Partitions move to another member: what is being handled may be finished, all that is done is committed, and the rest is let go.</summary>
    private void OnRevoked(List<TopicPartitionOffset> revoked)
    {
        if (revoked.Count == 0)
        {
            return;
        }

        // A stopping consumer has waited for its handlers before; with a client that has ended nothing is settled.
        var patience = _isStopping || _fatal is not null ? TimeSpan.Zero : _options.RevokeTimeout;
        if (_transactions is not null)
        {
            DrainTransaction(patience);
        }

        var leaving = TakeOut(revoked);
        foreach (var partition in leaving)
        {
            partition.IsRevoked = true;
        }

        if (_transactions is null)
        {
            Drain(leaving, patience);
            Store(leaving);
            Commit(leaving);
        }

        Abandon(leaving);
        KafkaMetrics.Rebalanced(this, "revoked");
        LogRevoked(Topic, leaving.Count, _partitions.Count);
    }

    private void Drain(List<KafkaPartition> leaving, TimeSpan patience)
    {
        _inbox.Drop(partition => partition.IsRevoked);
        _holder?.Release(envelope => envelope is KafkaReceivedEnvelope { Partition.IsRevoked: true });
        var started = _time.GetTimestamp();
        var late = leaving.Count(partition => !partition.WaitUntilIdle(patience - _time.GetElapsedTime(started)));
        if (late > 0)
        {
            LogLate(Topic, late, patience);
        }
    }

    /// <summary>Partitions have moved already, after a silence: what is being handled is handled elsewhere, too, and commits nothing.</summary>
    private void OnLost(List<TopicPartitionOffset> lost)
    {
        var gone = TakeOut(lost);
        LetGo(gone);
        KafkaMetrics.Rebalanced(this, "lost");
        LogLost(Topic, gone.Count);
    }

    private void LetGo(List<KafkaPartition> gone)
    {
        Abandon(gone);
        if (_transactions is { Current: not null })
        {
            _transactions.Current.IsDoomed = true;
            DrainTransaction(TimeSpan.Zero);
        }
    }

    // A log that goes on before what has been read of it is another log: its topic has been made anew, or brokers have lost its end. What is in hand is
    // of the old one, and so is what the group has committed, up to which the new one would be taken for done.
    private KafkaPartition BeginAnew(KafkaPartition old, long offset)
    {
        LogBegunAnew(Topic, old.Number, offset, old.Last);
        var partition = new KafkaPartition(this, old.Number, _time);
        _partitions = new Dictionary<int, KafkaPartition>(_partitions) { [old.Number] = partition };
        LetGo([old]);
        partition.Begin(offset);
        Store([partition]);
        Commit([partition]);
        return partition;
    }

    private List<KafkaPartition> TakeOut(List<TopicPartitionOffset> leaving)
    {
        var partitions = new Dictionary<int, KafkaPartition>(_partitions);
        var taken = new List<KafkaPartition>();
        foreach (var partition in leaving)
        {
            if (partitions.Remove(partition.Partition.Value, out var known))
            {
                taken.Add(known);
            }
        }

        _partitions = partitions;
        return taken;
    }

    private void Abandon(IReadOnlyCollection<KafkaPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            partition.Lose();
        }

        _burst.RemoveAll(message => message.Partition.IsLost);
        _inbox.Drop(partition => partition.IsLost);
        _holder?.Abandon(envelope => envelope is KafkaReceivedEnvelope { Partition.IsLost: true });
    }

    private void Commit(List<KafkaPartition> partitions)
    {
        try
        {
            if (ProgressOf(partitions) is { Count: > 0 } offsets)
            {
                _client.Commit(offsets);
            }
        }
        catch (KafkaException exception)
        {
            LogNotCommitted(Topic, exception);
        }
    }

    // Before it leaves. While the group shares its partitions anew, because a member has come or is missing, no commit gets through, and then none
    // of the old assignment is taken: so it goes along until its commit is.
    private void CommitLast()
    {
        var started = _time.GetTimestamp();
        Store(_partitions.Values);
        while (_transactions is null && _fatal is null && ProgressOf(_partitions.Values) is { Count: > 0 } offsets)
        {
            try
            {
                _client.Commit(offsets);
                return;
            }
            catch (KafkaException exception) when (IsRebalance(exception.Error) && _time.GetElapsedTime(started) < LastCommitPatience)
            {
                Read();
            }
            catch (KafkaException exception)
            {
                LogNotCommitted(Topic, exception);
                return;
            }
        }
    }

    // Closing the client says nothing to the group in two cases (librdkafka 2.16), and then the group waits for the member until its session ends: while the group's first
    // answer is on its way, and when the member has no partitions. So it waits for the answer, and gives up its topic, which does tell the group; while the group shares
    // its partitions anew, as soon as that is done.
    private void Leave(long subscribed)
    {
        // Who has a name that outlives it stays a member.
        if (_fatal is not null || _options.GroupInstanceId is not null)
        {
            return;
        }

        while (!_hasJoined && _down is null && _time.GetElapsedTime(subscribed) < JoinPatience)
        {
            Read();
        }

        if (_partitions.Count > 0)
        {
            return;
        }

        var started = _time.GetTimestamp();
        _client.Unsubscribe();
        while (_client.Subscription.Count > 0 && _down is null && _time.GetElapsedTime(started) < LeavePatience)
        {
            Read();
        }
    }

    private static bool IsRebalance(Error error) =>
        error.Code is ErrorCode.IllegalGeneration or ErrorCode.RebalanceInProgress or ErrorCode.UnknownMemberId or ErrorCode.StaleMemberEpoch;

    /// <summary>How much the group has before it.</summary>
    /// <exception cref="TransportException">The brokers do not tell.</exception>
    public async Task<Backlog> ReadBacklogAsync(TimeSpan timeout)
    {
        // The native client must not be freed meanwhile.
        if (!_reads.TryEnter())
        {
            throw new TransportException(FailureKind.Transient, $"The Kafka consumer of topic {Topic} has ended; its successor can tell the backlog.");
        }

        try
        {
            using var admin = new DependentAdminClientBuilder(_client.Handle).Build();
            var metadata = admin.GetMetadata(Topic, timeout).Topics.Single();
            if (metadata.Error.IsError)
            {
                throw KafkaErrors.Translate(metadata.Error, "reading the backlog", Topic);
            }

            var all = metadata.Partitions.Select(partition => new TopicPartition(Topic, partition.PartitionId)).ToList();
            var highs = await OffsetsOfAsync(admin, all, OffsetSpec.Latest(), timeout).ConfigureAwait(false);
            var committed = _client.Committed(all, timeout);
            var lows = committed.Exists(offset => offset.Offset.IsSpecial) ? await OffsetsOfAsync(admin, all, OffsetSpec.Earliest(), timeout).ConfigureAwait(false) : [];
            var (total, inHand) = (0L, 0L);
            foreach (var (partition, offset) in committed.Select(committed => (committed.Partition.Value, committed.Offset)))
            {
                var own = _partitions.GetValueOrDefault(partition);
                var done = Math.Max(own?.Watermark ?? -1, !offset.IsSpecial ? offset.Value : _options.StartAtEnd ? highs[partition] : lows[partition]);
                total += Math.Max(0, highs[partition] - done);
                inHand += own?.InHand ?? 0;
            }

            return new Backlog(Math.Max(0, total - inHand), inHand, 0);
        }
        catch (KafkaException exception)
        {
            throw KafkaErrors.Translate(exception.Error, "reading the backlog", Topic, exception);
        }
        finally
        {
            _reads.Exit();
        }
    }

    // Of all partitions in one request: each request waits for the fetch that is under way on its connection, half a second where nothing comes.
    private static async Task<Dictionary<int, long>> OffsetsOfAsync(IAdminClient admin, List<TopicPartition> partitions, OffsetSpec which, TimeSpan timeout)
    {
        var asked = partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which });
        var answer = await admin.ListOffsetsAsync(asked, new() { RequestTimeout = timeout }).ConfigureAwait(false);
        return answer.ResultInfos.ToDictionary(info => info.TopicPartitionOffsetError.Partition.Value, info => info.TopicPartitionOffsetError.Offset.Value);
    }

    private static void Track(Span<KafkaRecord> records)
    {
        for (var first = 0; first < records.Length;)
        {
            var (partition, next) = (records[first].Partition, first + 1);
            while (next < records.Length && records[next].Partition == partition)
            {
                next++;
            }

            partition.Track(records[first..next]);
            first = next;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} partitions of {Topic} have come, {Total} are here.")]
    private partial void LogAssigned(string topic, int count, int total);

    [LoggerMessage(LogLevel.Information, "The brokers do not tell yet where to begin with {Count} partitions of {Topic}: a transaction of their last owner is still open, or no broker answers.")]
    private partial void LogNotSettled(string topic, int count);

    [LoggerMessage(LogLevel.Information, "{Count} partitions of {Topic} have gone, {Total} are here.")]
    private partial void LogRevoked(string topic, int count, int total);

    [LoggerMessage(LogLevel.Warning, "{Count} partitions of {Topic} have been lost: the group has not heard of this member for too long.")]
    private partial void LogLost(string topic, int count);

    [LoggerMessage(LogLevel.Warning, "Partition {Partition} of {Topic} goes on at offset {Offset}, and was at {Last}: the topic has been made anew, or brokers have lost its end. What was read of the old one is let go.")]
    private partial void LogBegunAnew(string topic, int partition, long offset, long last);

    [LoggerMessage(LogLevel.Warning, "Handlers of {Count} partitions of {Topic} that move have not ended within {Patience}; they are cancelled, and their messages are delivered again elsewhere.")]
    private partial void LogLate(string topic, int count, TimeSpan patience);

    [LoggerMessage(LogLevel.Warning, "The progress of partitions of {Topic} that move could not be committed; what was handled last is delivered again elsewhere.")]
    private partial void LogNotCommitted(string topic, Exception failure);
}
