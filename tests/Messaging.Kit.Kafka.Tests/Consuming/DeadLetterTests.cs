using System.Text;
using Confluent.Kafka;
using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Redelivery;

namespace Messaging.Kit.Kafka.Tests.Consuming;

/// <summary>On a real broker: the mock cluster makes every topic that somebody asks for.</summary>
public sealed class DeadLetterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_without_key_and_value_holds_nothing_up(bool isExactlyOnce)
    {
        var topic = await LiveKafka.CreateAsync("empty", 1);
        var dead = await LiveKafka.CreateAsync("empty-dead", 1);
        await WriteAsync(topic, null);
        await using var app = await StartAsync(topic, dead, isExactlyOnce);
        await KafkaApp.UntilAsync(() => LiveKafka.ReadAll(dead).Count == 1, "a dead letter");
        var letter = LiveKafka.ReadAll(dead).Single().Message;
        Assert.Null(letter.Key);
        Assert.Null(letter.Value);
    }

    [Fact]
    public async Task A_message_that_had_to_wait_for_its_dead_letter_topic_still_says_why_it_failed()
    {
        var topic = await LiveKafka.CreateAsync("early", 1);
        var dead = $"{topic}-dead";
        await WriteAsync(topic, "text");
        var failures = 0;
        await using var app = await StartAsync(topic, dead, isExactlyOnce: false, () => Interlocked.Increment(ref failures));
        await KafkaApp.UntilAsync(() => Volatile.Read(ref failures) == 5, "all deliveries");
        await LiveKafka.CreateNamedAsync(dead, 1);
        await KafkaApp.UntilAsync(() => LiveKafka.ReadAll(dead).Count == 1, "a dead letter");
        var headers = LiveKafka.ReadAll(dead).Single().Message.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes()));
        Assert.Equal(typeof(PoisonMessageException).FullName, headers[$"ce_{HeaderNames.DeadLetterException}"]);
        Assert.True(string.CompareOrdinal(headers[$"ce_{HeaderNames.DeadLetterFirst}"], headers[$"ce_{HeaderNames.DeadLetterLast}"]) < 0);
    }

    private static async Task WriteAsync(string topic, string? value)
    {
        using var producer = new ProducerBuilder<Null, byte[]?>(new ProducerConfig { BootstrapServers = LiveKafka.Servers }).Build();
        await producer.ProduceAsync(topic, new() { Value = value is null ? null : Encoding.UTF8.GetBytes(value) }, Token);
    }

    private static Task<KafkaApp> StartAsync(string topic, string dead, bool isExactlyOnce, Action? onDelivery = null) => KafkaApp.StartAsync(
        kit =>
        {
            var consume = kit.Consume(from => from.Kafka(topic));
            (isExactlyOnce ? consume.ExactlyOnce() : consume)
                .UseDeadLetter(to => to.Kafka(dead))
                .UseRedelivery(BackOff.Constant(TimeSpan.FromMilliseconds(50)))
                .HandleRaw((_, _) =>
                {
                    onDelivery?.Invoke();
                    throw new PoisonMessageException("No.");
                });
        },
        options => options.Group = topic,
        LiveKafka.Servers);
}
