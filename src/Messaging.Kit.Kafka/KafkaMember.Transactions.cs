using Confluent.Kafka;
using Messaging.Kit.Messages;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

// Exactly once: what handlers publish and how far the group has come are committed together, or neither is. On the thread that polls.
internal sealed partial class KafkaMember
{
    private static readonly TimeSpan BlamePause = TimeSpan.FromSeconds(1);

    private bool _mustRewind;
    private long _beginFailedAt;
    private long _endsCommittedAt;

    // Ends the transaction that is due, and begins the next.
    private void ServeTransactions()
    {
        if (_transactions is null)
        {
            return;
        }

        if (_transactions.TryClose(_inbox.IsEmpty))
        {
            EndTransaction(_transactions.Current!);
        }

        if (!_transactions.IsOpen && _fatal is null && (_beginFailedAt == 0 || _time.GetElapsedTime(_beginFailedAt) >= CheckInterval))
        {
            BeginTransaction();
        }

        CommitEnds();
    }

    // Where the client has come to an end behind the last message, no transaction is to come that would commit it.
    private void CommitEnds()
    {
        if (_transactions is not { IsOpen: true, IsBusy: false } || _time.GetElapsedTime(_endsCommittedAt) < _options.CommitInterval)
        {
            return;
        }

        _endsCommittedAt = _time.GetTimestamp();
        var ends = ProgressOf(_partitions.Values.Where(partition => partition.Watermark > partition.Committed));

        // Asked again: when nothing has been handed out yet, there is nothing in it that belongs into the transaction.
        if (ends.Count == 0 || _transactions.IsBusy)
        {
            return;
        }

        try
        {
            _client.Commit(ends);
            NoteCommitted(ends);
        }
        catch (KafkaException)
        {
            // With the next transaction, or the next time.
        }
    }

    private void NoteCommitted(List<TopicPartitionOffset> progress) =>
        progress.ForEach(offset => _partitions.GetValueOrDefault(offset.Partition.Value)?.NoteCommitted(offset.Offset.Value));

    private void BeginTransaction()
    {
        try
        {
            // First is settled what became of the last one, then read where to go on.
            _transactions!.Prepare();
            if (_mustRewind)
            {
                Rewind();
            }

            if (_fatal is not null)
            {
                return;
            }

            _transactions.Begin();
            _beginFailedAt = 0;
            _inbox.Wake();
        }
        catch (KafkaException exception)
        {
            _beginFailedAt = _time.GetTimestamp();
            var error = _transactions!.Producer.EndedBy ?? exception.Error;
            _inbox.Fail(KafkaErrors.Translate(error, "beginning a transaction", Topic, exception));
            if (error.IsFatal || KafkaErrors.IsRefusal(error))
            {
                _transactions.Discard(error);
            }
        }
        catch (TransportException exception)
        {
            _beginFailedAt = _time.GetTimestamp();
            _inbox.Fail(exception);
        }
    }

    private void EndTransaction(KafkaTransaction transaction)
    {
        if (transaction is { HandedOut: 0, IsDoomed: false })
        {
            return; // nothing has come to it, so it is gone on with
        }

        if (!transaction.IsDoomed)
        {
            try
            {
                // Who has been expelled has lost its name at once, and learns it only with the next poll; offsets of nobody's the brokers would take.
                var group = _client.ConsumerGroupMetadata;
                if (string.IsNullOrEmpty(_client.MemberId))
                {
                    throw new KafkaException(new Error(ErrorCode.UnknownMemberId, "The group has expelled this member."));
                }

                var progress = ProgressOf(_partitions.Values);
                _transactions!.Commit(progress, group);
                NoteCommitted(progress);
                return;
            }
            catch (KafkaException exception)
            {
                LogUndone(Topic, exception);
            }
        }

        Blame(transaction);
        _transactions!.Abort();
        _mustRewind = true;
    }

    // A handler that has gone on after a publish was refused, or that takes longer than a transaction may, has failed like one that throws. When its message has
    // shared the transaction with others, they are tried one by one; when it was alone, it counts: else it would come again for ever.
    private void Blame(KafkaTransaction transaction)
    {
        var isLate = transaction is { HandedOut: > 0, Outstanding: 0 } && _time.GetElapsedTime(transaction.Since, transaction.Until) >= _options.TransactionTimeout;
        if (transaction.HasFailed || !(isLate || transaction.IsRefused))
        {
            return;
        }

        transaction.HasFailed = true;
        if (transaction is { HandedOut: 1, Last: { } message })
        {
            message.Partition.Return(message.Offset, BlamePause);
            LogBlamed(message.Id, Topic, transaction.IsRefused ? "the brokers have refused what its handler published" : "its handler takes longer than TransactionTimeout");
        }
    }

    // A transaction whose messages are still with handlers is not waited for any longer: they are cancelled, and it is undone.
    private void DrainTransaction(TimeSpan patience)
    {
        var (transaction, isIdle) = _transactions!.Drain(patience);
        if (transaction is null)
        {
            return;
        }

        if (!isIdle)
        {
            _holder?.Abandon(envelope => envelope is KafkaReceivedEnvelope received && received.Transaction == transaction);
        }

        EndTransaction(transaction);
    }

    // Everything that has been read and not been committed is read again. What is committed the brokers say: the outcome of a commit
    // whose answer was lost nobody else knows.
    private void Rewind()
    {
        var old = _partitions;
        var begun = old.Values.Where(partition => partition.First >= 0).ToDictionary(partition => new TopicPartition(Topic, partition.Number));
        var partitions = new Dictionary<int, KafkaPartition>(old);
        var starts = new List<TopicPartitionOffset>();
        foreach (var committed in begun.Count == 0 ? [] : _client.Committed(begun.Keys, OffsetsTimeout))
        {
            var before = begun[committed.TopicPartition];
            partitions[before.Number] = new KafkaPartition(this, before.Number, _time, before);
            starts.Add(new(committed.TopicPartition, committed.Offset.IsSpecial ? before.First : Math.Max(before.First, committed.Offset.Value)));
        }

        _mustRewind = false;
        Abandon(begun.Values);
        _partitions = partitions;
        try
        {
            starts.ForEach(_client.Seek);
        }
        catch (KafkaException exception)
        {
            // The next member begins where the brokers say.
            _fatal = exception.Error;
        }
    }

    private List<TopicPartitionOffset> ProgressOf(IEnumerable<KafkaPartition> partitions) =>
        [.. partitions.Where(partition => partition.Watermark >= 0).Select(partition => new TopicPartitionOffset(Topic, partition.Number, partition.Watermark))];

    [LoggerMessage(LogLevel.Error, "The transaction of message {MessageId} of {Topic} cannot be committed: {Reason}. That counts as a failed delivery.")]
    private partial void LogBlamed(string messageId, string topic, string reason);

    [LoggerMessage(LogLevel.Warning, "A transaction of {Topic} could not be committed and is undone; its messages are handled again.")]
    private partial void LogUndone(string topic, Exception failure);
}
