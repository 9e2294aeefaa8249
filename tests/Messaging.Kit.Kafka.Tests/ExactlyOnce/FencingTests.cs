using Confluent.Kafka;
using Messaging.Kit.Kafka.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Kafka.Tests.ExactlyOnce;

/// <summary>On a real broker: the mock cluster fences nobody.</summary>
public sealed class FencingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_transaction_of_the_same_name_ends_the_one_before_and_who_was_fenced_goes_on_with_a_new_client()
    {
        var (input, output) = (await LiveKafka.CreateAsync("in", 1), await LiveKafka.CreateAsync("out", 1));
        var options = new KafkaTransportOptions { BootstrapServers = LiveKafka.Servers, Linger = TimeSpan.Zero };
        using var member = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = LiveKafka.Servers, GroupId = input, EnableAutoCommit = false }).Build();
        member.Subscribe(input);
        await KafkaApp.UntilAsync(() => member.Consume(TimeSpan.FromMilliseconds(100)) is null && member.Assignment.Count == 1, "the partition");
        await using var first = new KafkaTransactions(input, input, options, TimeProvider.System, NullLogger.Instance);
        await using var second = new KafkaTransactions(input, input, options, TimeProvider.System, NullLogger.Instance);

        await WriteAsync(first, "zombie");
        await WriteAsync(second, "second");
        Assert.Throws<KafkaException>(() => Commit(first, 1));
        first.Abort();
        Commit(second, 2);

        await WriteAsync(first, "first again");
        Commit(first, 3);
        Assert.Equal(["second", "first again"], LiveKafka.ReadAll(output).Select(result => result.Message.Value));
        Assert.Equal(3, member.Committed([new(input, 0)], TimeSpan.FromSeconds(10)).Single().Offset.Value);
        member.Close();

        async Task WriteAsync(KafkaTransactions transactions, string text)
        {
            transactions.Prepare();
            transactions.Begin();
            await transactions.Current!.Client.Producer.ProduceAsync(output, new() { Key = "key"u8.ToArray(), Value = System.Text.Encoding.UTF8.GetBytes(text) }, Token);
        }

        void Commit(KafkaTransactions transactions, long done) => transactions.Commit([new TopicPartitionOffset(input, 0, done)], member.ConsumerGroupMetadata);
    }
}
