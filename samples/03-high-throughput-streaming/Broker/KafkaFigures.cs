using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace HighThroughputStreaming;

/// <summary>Asks Kafka what the kit does not need to know: what each partition holds, and how far its group has come.</summary>
internal sealed class KafkaFigures(string? endpoint, string topic, string group)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Lazy<IAdminClient> _admin = new(() => new AdminClientBuilder(new AdminClientConfig
    {
        BootstrapServers = endpoint ?? Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS"),
    }).SetLogHandler((_, _) => { }).Build());

    public async Task<IReadOnlyList<PartitionCounts>> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var described = await _admin.Value.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new() { RequestTimeout = Timeout }).WaitAsync(cancellationToken);
            List<TopicPartition> partitions = [.. described.TopicDescriptions.Single().Partitions.Select(partition => new TopicPartition(topic, partition.Partition))];
            var ends = await OffsetsAsync(partitions, OffsetSpec.Latest(), cancellationToken);
            var beginnings = await OffsetsAsync(partitions, OffsetSpec.Earliest(), cancellationToken);
            var committed = await _admin.Value.ListConsumerGroupOffsetsAsync([new(group, partitions)], new() { RequestTimeout = Timeout }).WaitAsync(cancellationToken);
            var done = committed.Single().Partitions.ToDictionary(partition => partition.Partition.Value, partition => partition.Offset.IsSpecial ? 0 : partition.Offset.Value);
            return [.. ends.Keys.Order().Select(number => new PartitionCounts(number, ends[number] - beginnings[number], ends[number] - Math.Max(done[number], beginnings[number])))];
        }
        catch (KafkaException)
        {
            return []; // the topic or the group is not there yet, or the brokers do not answer
        }
    }

    public async Task<string> DeleteAsync(IReadOnlyCollection<string> topics)
    {
        try
        {
            await _admin.Value.DeleteTopicsAsync(topics, new() { RequestTimeout = Timeout, OperationTimeout = Timeout });
            await _admin.Value.DeleteGroupsAsync([.. topics], new() { RequestTimeout = Timeout });
            return "The topics of the run have been deleted.";
        }
        catch (KafkaException exception)
        {
            return $"The topics {string.Join(", ", topics)} could not be deleted: {exception.Message}";
        }
    }

    private async Task<Dictionary<int, long>> OffsetsAsync(List<TopicPartition> partitions, OffsetSpec which, CancellationToken cancellationToken)
    {
        var listed = await _admin.Value.ListOffsetsAsync(
            partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which }), new() { RequestTimeout = Timeout }).WaitAsync(cancellationToken);
        return listed.ResultInfos.ToDictionary(info => info.TopicPartitionOffsetError.Partition.Value, info => info.TopicPartitionOffsetError.Offset.Value);
    }
}
