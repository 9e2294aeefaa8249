using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Redelivery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Messaging.Kit.Kafka.Tests.ExactlyOnce;

/// <summary>Messages whose handlers succeed and whose transactions cannot be committed. On a real broker: the mock cluster takes all that it is given.</summary>
public sealed class UncommittableTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handler_that_goes_on_after_a_publish_that_the_brokers_refused_does_not_hold_up_its_partition_for_ever()
    {
        var (input, output, dead) = (await LiveKafka.CreateAsync("in", 1), await LiveKafka.CreateAsync("out", 1), await LiveKafka.CreateAsync("dead", 1));
        await LimitAsync(output, 10_000);
        await using var app = await KafkaApp.StartAsync(
            kit =>
            {
                kit.Publish<int>("number", to => to.Kafka(input));
                kit.Publish<string>("text", to => to.Kafka(output));
                kit.Consume(from => from.Kafka(input)).ExactlyOnce()
                    .UseRedelivery(BackOff.Constant(TimeSpan.FromMilliseconds(20)))
                    .UseDeadLetter(to => to.Kafka(dead), maxDeliveries: 2)
                    .Handle<int>("number", async (number, context, token) =>
                    {
                        try
                        {
                            await context.Services.GetRequiredService<IMessageBus>().PublishAsync(new string('x', number == 3 ? 20_000 : 10), new() { Key = $"{number}" }, token);
                        }
                        catch (TransportException)
                        {
                            // The handler thinks that it can do without.
                        }
                    });
            },
            options => (options.Group, options.Linger) = (input, TimeSpan.Zero),
            LiveKafka.Servers);
        await app.Bus.PublishManyAsync(Enumerable.Range(0, 8), _ => new() { Key = "one" }, Token);
        await KafkaApp.UntilAsync(() => LiveKafka.ReadAll(output).Count == 7, "the output of all others");
        Assert.Equal("one", Assert.Single(LiveKafka.ReadAll(dead)).Message.Key);
        Assert.Equal(["0", "1", "2", "4", "5", "6", "7"], LiveKafka.ReadAll(output).Select(result => result.Message.Key));
    }

    [Fact]
    public async Task A_handler_that_always_takes_longer_than_a_transaction_may_does_not_hold_up_its_partition_for_ever()
    {
        var (input, output, dead) = (await LiveKafka.CreateAsync("in", 1), await LiveKafka.CreateAsync("out", 1), await LiveKafka.CreateAsync("dead", 1));
        await using var app = await KafkaApp.StartAsync(
            kit =>
            {
                kit.Publish<int>("number", to => to.Kafka(input));
                kit.Publish<string>("text", to => to.Kafka(output));
                kit.Consume(from => from.Kafka(input)).ExactlyOnce()
                    .UseRedelivery(BackOff.Constant(TimeSpan.FromMilliseconds(20)))
                    .UseDeadLetter(to => to.Kafka(dead), maxDeliveries: 1)
                    .Handle<int>("number", async (number, context, token) =>
                    {
                        await context.Services.GetRequiredService<IMessageBus>().PublishAsync("text", new() { Key = $"{number}" }, token);
                        if (number == 1)
                        {
                            // As brokers do themselves when its time is up, but they look only every ten seconds.
                            using var fence = new ProducerBuilder<Null, Null>(new ProducerConfig { BootstrapServers = LiveKafka.Servers, TransactionalId = $"{input}-{input}-one" }).Build();
                            fence.InitTransactions(TimeSpan.FromSeconds(30));
                            await Task.Delay(TimeSpan.FromSeconds(1.1), TimeProvider.System, token);
                        }
                    });
            },
            options =>
            {
                (options.Group, options.GroupInstanceId) = (input, "one");
                (options.Linger, options.TransactionTimeout) = (TimeSpan.Zero, TimeSpan.FromSeconds(1));
            },
            LiveKafka.Servers);
        await app.Bus.PublishAsync(1, new() { Key = "one" }, Token);
        await KafkaApp.UntilAsync(() => LiveKafka.ReadAll(dead).Count == 1, "the dead letter");
        await app.Bus.PublishAsync(2, new() { Key = "one" }, Token);
        await KafkaApp.UntilAsync(() => LiveKafka.ReadAll(output).Count == 1, "the output of the other");
        Assert.Equal("2", Assert.Single(LiveKafka.ReadAll(output)).Message.Key);
    }

    [Fact]
    public async Task A_message_that_fails_again_and_again_makes_its_partition_stuck()
    {
        var input = await LiveKafka.CreateAsync("in", 1);
        await using var app = await KafkaApp.StartAsync(
            kit =>
            {
                kit.Publish<int>("number", to => to.Kafka(input));
                kit.Consume(from => from.Kafka(input)).ExactlyOnce()
                    .UseRedelivery(BackOff.Constant(TimeSpan.FromMilliseconds(300)))
                    .Handle<int>("number", (_, _, _) => throw new InvalidOperationException("Never."));
            },
            options => (options.Group, options.StuckAfter) = (input, TimeSpan.FromSeconds(2)),
            LiveKafka.Servers);
        await app.Bus.PublishAsync(1, new() { Key = "one" }, Token);
        var health = app.Services.GetRequiredService<HealthCheckService>();
        await KafkaApp.UntilAsync(
            () => health.CheckHealthAsync(Token).GetAwaiter().GetResult().Entries.Values.Any(entry => entry.Description?.Contains("same first message", StringComparison.Ordinal) == true),
            "stuck");
    }

    private static async Task LimitAsync(string topic, int bytes)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = LiveKafka.Servers }).Build();
        await admin.IncrementalAlterConfigsAsync(new()
        {
            [new() { Type = ResourceType.Topic, Name = topic }] = [new() { Name = "max.message.bytes", Value = $"{bytes}", IncrementalOperation = AlterConfigOpType.Set }],
        });
    }
}
