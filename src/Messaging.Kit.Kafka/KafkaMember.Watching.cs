using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

// What is to be seen from outside: how far the ends of the partitions are, what does not get on, and whether the topic has changed.
internal sealed partial class KafkaMember
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(15);

    private int _partitionCount;

    /// <summary>The offset after the last message of a partition, as the client knows it from the last fetch; <see langword="null"/> when it does not.</summary>
    public long? EndOf(int partition)
    {
        if (!_reads.TryEnter())
        {
            return null;
        }

        try
        {
            return _client.GetWatermarkOffsets(new TopicPartition(Topic, partition)).High is { IsSpecial: false } end ? end.Value : null;
        }
        finally
        {
            _reads.Exit();
        }
    }

    /// <summary>A sentence for each partition that has messages in hand and none of them done with for long, or that nobody can read for long.</summary>
    public IEnumerable<string> FindStalls()
    {
        foreach (var partition in Partitions)
        {
            if (partition.OldestAge is var age && age >= _options.StuckAfter)
            {
                yield return $"partition {partition.Number} of '{Topic}' has had the same first message for {age:hh\\:mm\\:ss}; {partition.Lag ?? partition.Uncommitted:N0} wait.";
            }

            if (partition.LeaderlessAge is var leaderless && leaderless >= _options.StuckAfter)
            {
                yield return $"partition {partition.Number} of '{Topic}' has had no leader for {leaderless:hh\\:mm\\:ss}: a broker is missing.";
            }
        }
    }

    // On a thread of the pool, now and then. The client says nothing of a partition without a leader. One that is paused is not fetched, and only asking
    // tells how much comes in.
    private void Watch()
    {
        if (!_reads.TryEnter())
        {
            return;
        }

        try
        {
            var topic = ReadTopic(CheckTime);
            if (!topic.Error.IsError)
            {
                NotePartitions(topic.Partitions);
            }

            foreach (var partition in Partitions.Where(partition => partition.IsPaused == true))
            {
                if (_isStopping)
                {
                    return;
                }

                partition.End = _client.QueryWatermarkOffsets(new TopicPartition(Topic, partition.Number), CheckTime).High.Value;
            }
        }
        catch (KafkaException exception)
        {
            LogNotWatched(Topic, exception);
        }
        finally
        {
            _reads.Exit();
        }
    }

    private TopicMetadata ReadTopic(TimeSpan timeout)
    {
        using var admin = new DependentAdminClientBuilder(_client.Handle).Build();
        return admin.GetMetadata(Topic, timeout).Topics.Single();
    }

    private void NotePartitions(List<PartitionMetadata> partitions)
    {
        foreach (var partition in partitions)
        {
            _partitions.GetValueOrDefault(partition.PartitionId)?.NoteLeader(isThere: partition.Leader >= 0);
        }

        var count = partitions.Count;
        if (_partitionCount != 0 && _partitionCount != count)
        {
            LogPartitionsChanged(Topic, count, _partitionCount);
        }

        _partitionCount = count;
    }

    [LoggerMessage(LogLevel.Debug, "The brokers do not tell how far topic {Topic} is.")]
    private partial void LogNotWatched(string topic, Exception failure);

    [LoggerMessage(LogLevel.Warning, "Topic {Topic} has {Count} partitions now, and had {Before}: keys move to other partitions, and what is published of a key now may be handled before what was published of it then.")]
    private partial void LogPartitionsChanged(string topic, int count, int before);
}
