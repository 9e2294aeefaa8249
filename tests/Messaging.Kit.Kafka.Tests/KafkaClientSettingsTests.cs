using Confluent.Kafka;

namespace Messaging.Kit.Kafka.Tests;

public sealed class KafkaClientSettingsTests
{
    [Fact]
    public void Publishing_is_idempotent_and_confirmed_by_all_and_keys_go_where_others_put_them()
    {
        var config = KafkaClientSettings.ForProducer(new KafkaTransportOptions { BootstrapServers = "localhost:9092" });
        Assert.Equal((true, Acks.All, Partitioner.Murmur2Random), (config.EnableIdempotence, config.Acks, config.Partitioner));
        Assert.Null(config.TransactionalId);
    }

    [Theory]
    [InlineData(KafkaCompression.None, CompressionType.None)]
    [InlineData(KafkaCompression.Lz4, CompressionType.Lz4)]
    [InlineData(KafkaCompression.Zstd, CompressionType.Zstd)]
    [InlineData(KafkaCompression.Gzip, CompressionType.Gzip)]
    [InlineData(KafkaCompression.Snappy, CompressionType.Snappy)]
    public void Compression_is_the_clients(KafkaCompression compression, CompressionType expected) =>
        Assert.Equal(expected, KafkaClientSettings.ForProducer(new KafkaTransportOptions { BootstrapServers = "localhost:9092", Compression = compression }).CompressionType);

    [Fact]
    public void A_transaction_is_over_before_its_messages_are_given_up()
    {
        var options = new KafkaTransportOptions { BootstrapServers = "localhost:9092", TransactionTimeout = TimeSpan.FromSeconds(20), DeliveryTimeout = TimeSpan.FromSeconds(60) };
        var config = KafkaClientSettings.ForProducer(options, "id");
        Assert.Equal(("id", 20_000, 20_000), (config.TransactionalId, config.TransactionTimeoutMs, config.MessageTimeoutMs));
    }

    [Fact]
    public void Nothing_is_committed_that_has_not_been_stored_and_only_whole_transactions_are_read()
    {
        var config = KafkaClientSettings.ForConsumer(new KafkaTransportOptions { BootstrapServers = "localhost:9092" }, "topic", "group");
        Assert.Equal((false, true, IsolationLevel.ReadCommitted), (config.EnableAutoOffsetStore, config.EnableAutoCommit, config.IsolationLevel));
        Assert.Equal(PartitionAssignmentStrategy.CooperativeSticky, config.PartitionAssignmentStrategy);
        Assert.False(KafkaClientSettings.ForConsumer(new KafkaTransportOptions { BootstrapServers = "localhost:9092" }, "topic", "group", commits: false).EnableAutoCommit);
    }

    // The broker decides what they say, and the client refuses them.
    [Fact]
    public void What_the_new_protocol_does_not_take_is_not_set()
    {
        var config = KafkaClientSettings.ForConsumer(new KafkaTransportOptions { BootstrapServers = "localhost:9092", GroupProtocol = KafkaGroupProtocol.Consumer }, "topic", "group");
        Assert.Equal(GroupProtocol.Consumer, config.GroupProtocol);
        Assert.Equal((null, null, null), (config.PartitionAssignmentStrategy, config.SessionTimeoutMs, config.HeartbeatIntervalMs));
    }
}
