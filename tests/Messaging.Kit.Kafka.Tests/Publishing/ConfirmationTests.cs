using Confluent.Kafka;
using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Kafka.Tests.Publishing;

/// <summary>What a publisher hears while the brokers cannot be reached.</summary>
public sealed class ConfirmationTests : IAsyncDisposable
{
    private const string Topic = "confirmations";

    private readonly ControlledCluster _cluster = new();
    private readonly KafkaTransportOptions _options;
    private readonly KafkaProducer _producer;
    private readonly KafkaSender _sender;

    public ConfirmationTests()
    {
        _cluster.Create(Topic);
        _options = new KafkaTransportOptions { BootstrapServers = _cluster.BootstrapServers, Linger = TimeSpan.Zero };
        _options.ClientSettings["reconnect.backoff.max.ms"] = "200";
        _producer = new KafkaProducer(_options, TimeProvider.System, NullLogger.Instance);
        _sender = new KafkaSender(Topic, _producer, _options, TimeProvider.System);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Full_queue_holds_publishers_up_and_all_of_it_arrives_in_order()
    {
        const int Room = 10, Messages = 50;
        _options.ClientSettings["queue.buffering.max.messages"] = $"{Room}";
        await PublishAsync(0);
        _cluster.SwitchOff();

        var receipts = Enumerable.Range(1, Messages - 1).Select(_ => new AwaitableReceipt()).ToList();
        var taken = Enumerable.Range(1, Room).TakeWhile(number => _sender.TryPost(Message(number), receipts[number - 1])).Count();
        Assert.Equal(Room, taken);
        var rest = Task.Run(
            async () =>
            {
                for (var number = Room + 1; number < Messages; number++)
                {
                    await _sender.PostAsync(Message(number), receipts[number - 1], Token);
                }
            },
            Token);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Token);
        Assert.False(rest.IsCompleted);

        _cluster.SwitchOn();
        await rest.WaitAsync(TimeSpan.FromSeconds(30), Token);
        foreach (var receipt in receipts)
        {
            await receipt.Outcome.WaitAsync(TimeSpan.FromSeconds(30), Token);
        }

        Assert.Equal(Enumerable.Range(0, Messages).Select(number => $"{number}"), Read(Messages));
    }

    [Fact]
    public async Task Publish_that_nobody_confirms_fails_in_time_and_the_next_one_that_somebody_confirms_does_not()
    {
        _options.DeliveryTimeout = TimeSpan.FromSeconds(2);
        await PublishAsync(0);
        _cluster.SwitchOff();

        var begun = TimeProvider.System.GetTimestamp();
        var failure = await Assert.ThrowsAsync<TransportException>(() => PublishAsync(1));

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(20));
        Assert.Equal((FailureKind.Transient, "Local_MsgTimedOut"), (failure.Kind, failure.Code));
        Assert.Contains("may have arrived", failure.Message, StringComparison.Ordinal);

        _cluster.SwitchOn();
        _options.DeliveryTimeout = TimeSpan.FromSeconds(30);
        await PublishAsync(2);
        Assert.Contains("2", Read(2));
    }

    [Fact]
    public async Task Stop_waits_for_confirmations()
    {
        await PublishAsync(0);
        _cluster.SwitchOff();
        var receipt = new AwaitableReceipt();
        await _sender.PostAsync(Message(1), receipt, Token);

        var stopping = _sender.FlushAsync(Token).AsTask();
        Assert.Throws<ObjectDisposedException>(() => _sender.TryPost(Message(2), new AwaitableReceipt()));
        Assert.False(stopping.IsCompleted);
        _cluster.SwitchOn();

        await stopping.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await receipt.Outcome.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Equal(["0", "1"], Read(2));
    }

    [Fact]
    public async Task Stop_that_nobody_confirms_ends_with_its_deadline_and_says_so()
    {
        await PublishAsync(0);
        _cluster.SwitchOff();
        var receipt = new AwaitableReceipt();
        await _sender.PostAsync(Message(1), receipt, Token);

        var begun = TimeProvider.System.GetTimestamp();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _sender.FlushAsync(deadline.Token);
        await _producer.DisposeAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(20));
        var failure = await Assert.ThrowsAsync<TransportException>(() => receipt.Outcome.WaitAsync(TimeSpan.FromSeconds(30), Token));
        Assert.Equal(FailureKind.Transient, failure.Kind);
        Assert.Contains("stopped before the broker confirmed", failure.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        await _producer.DisposeAsync();
        _cluster.Dispose();
    }

    private static Envelope Message(int number) => new($"{number}", "test", "{}"u8.ToArray()) { Key = "one" };

    private async Task PublishAsync(int number)
    {
        var receipt = new AwaitableReceipt();
        await _sender.PostAsync(Message(number), receipt, Token);
        await receipt.Outcome;
    }

    private List<string> Read(int count)
    {
        var config = new ConsumerConfig { BootstrapServers = _cluster.BootstrapServers, GroupId = "reader", AutoOffsetReset = AutoOffsetReset.Earliest };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
        consumer.Assign(new TopicPartitionOffset(Topic, 0, Offset.Beginning));
        return [.. Enumerable.Range(0, count).Select(_ => System.Text.Encoding.UTF8.GetString(consumer.Consume(Token).Message.Headers.GetLastBytes("ce_id")))];
    }
}
