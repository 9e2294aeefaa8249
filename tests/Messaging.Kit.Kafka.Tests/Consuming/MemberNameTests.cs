using System.Collections.Concurrent;
using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Kafka.Tests.Consuming;

/// <summary>Members that are known by a name of their own. On a real broker: the mock cluster has no names.</summary>
public sealed class MemberNameTests
{
    private const string Name = "host-1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(KafkaGroupProtocol.Classic)]
    [InlineData(KafkaGroupProtocol.Consumer)]
    public async Task All_topics_of_a_process_with_a_name_are_consumed(KafkaGroupProtocol protocol)
    {
        var (numbers, words) = (await LiveKafka.CreateAsync("numbers", 1), await LiveKafka.CreateAsync("words", 1));
        var handled = new ConcurrentQueue<object>();
        await using var app = await KafkaApp.StartAsync(
            kit =>
            {
                kit.Publish<int>("number", to => to.Kafka(numbers));
                kit.Publish<string>("word", to => to.Kafka(words));
                kit.Consume(from => from.Kafka(numbers)).Handle<int>("number", (number, _, _) => Note(number));
                kit.Consume(from => from.Kafka(words)).Handle<string>("word", (word, _, _) => Note(word));
            },
            options => (options.Group, options.GroupInstanceId, options.GroupProtocol) = (numbers, Name, protocol),
            LiveKafka.Servers);
        await app.Bus.PublishAsync(7, cancellationToken: Token);
        await app.Bus.PublishAsync("seven", cancellationToken: Token);
        await KafkaApp.UntilAsync(() => handled.Count == 2, "both messages");

        ValueTask Note(object message)
        {
            handled.Enqueue(message);
            return default;
        }
    }

    [Fact]
    public async Task Who_is_refused_since_the_name_is_taken_comes_in_when_it_is_free()
    {
        var topic = await LiveKafka.CreateAsync("taken", 1);
        await using var second = Receiver(topic);
        await using var first = Receiver(topic);
        Assert.Empty(await first.ReceiveAsync(1, Token));

        // Without a pause: a member that has never been in may still be about to end.
        var refusals = 0;
        var admitted = Task.Run(
            async () =>
            {
                while (true)
                {
                    try
                    {
                        return await second.ReceiveAsync(1, Token);
                    }
                    catch (TransportException)
                    {
                        refusals++;
                    }
                }
            },
            Token);
        await KafkaApp.UntilAsync(() => Volatile.Read(ref refusals) >= 5, "refusals");
        await first.DisposeAsync();
        Assert.Empty(await admitted.WaitAsync(TimeSpan.FromSeconds(30), Token));
    }

    private static KafkaReceiver Receiver(string topic)
    {
        var options = new KafkaTransportOptions { BootstrapServers = LiveKafka.Servers, GroupInstanceId = Name, GroupProtocol = KafkaGroupProtocol.Consumer };
        return new KafkaReceiver(topic, topic, options, isExactlyOnce: false, TimeProvider.System, NullLogger<KafkaReceiver>.Instance) { ReceiveWait = TimeSpan.FromMilliseconds(500) };
    }
}
