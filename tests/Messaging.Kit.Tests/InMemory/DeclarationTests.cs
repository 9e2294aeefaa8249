using Messaging.Kit.Hosting;
using Messaging.Kit.InMemory;
using Messaging.Kit.Messages;
using Messaging.Kit.Routing;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Tests.InMemory;

public sealed class DeclarationTests
{
    private readonly InMemoryBroker _broker = new();
    private readonly ServiceCollection _services = [];

    [Fact]
    public async Task Undeclared_names_are_not_found_and_the_text_says_what_to_do()
    {
        var sender = _broker.CreateSender("missing");
        var receiver = _broker.CreateReceiver("missing");
        var envelope = new ReceivedEnvelope("1", "", default);
        foreach (var call in new Func<ValueTask>[]
        {
            () => sender.SendAsync(new(envelope), Bench.Stop),
            async () => await receiver.ReceiveAsync(1, Bench.Stop),
            () => receiver.SettleAsync(new(new SettledEnvelope(envelope, Settlement.Ack)), Bench.Stop),
            () => ((ILeaseRenewer)receiver).RenewAsync(new(envelope), Bench.Stop),
            async () => await ((IBacklogReader)receiver).GetBacklogAsync(Bench.Stop),
            () =>
            {
                _broker.GetQueue("missing");
                return ValueTask.CompletedTask;
            },
        })
        {
            var failure = await Assert.ThrowsAsync<TransportException>(async () => await call());
            Assert.Equal(FailureKind.NotFound, failure.Kind);
            Assert.Contains("'missing'", failure.Message, StringComparison.Ordinal);
            Assert.Contains("DeclareQueue", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1_048_576, sender.Limits.MessageBytes);
        Assert.Equal(TimeSpan.FromSeconds(30), ((ILeaseRenewer)receiver).LeaseDuration);
        _broker.DeclareQueue("missing", new InMemoryQueueOptions { MaxMessageBytes = 10, VisibilityTimeout = TimeSpan.FromSeconds(1) });
        await sender.SendAsync(new(envelope), Bench.Stop);
        Assert.Single(await receiver.ReceiveAsync(1, Bench.Stop));
        Assert.Equal(10, sender.Limits.MessageBytes);
        Assert.Equal(TimeSpan.FromSeconds(1), ((ILeaseRenewer)receiver).LeaseDuration);
        Assert.Equal(TimeSpan.FromHours(12), ((ILeaseRenewer)receiver).MaxLease);
    }

    [Fact]
    public void Second_declaration_has_to_agree_with_the_first()
    {
        var queue = _broker.DeclareQueue("a", new InMemoryQueueOptions { Delay = TimeSpan.FromSeconds(1) });
        Assert.Same(queue, _broker.DeclareQueue("a"));
        Assert.Same(queue, _broker.DeclareQueue("a", new InMemoryQueueOptions { Delay = TimeSpan.FromSeconds(1) }));

        var failure = Assert.Throws<InvalidOperationException>(() => _broker.DeclareQueue("a", new InMemoryQueueOptions { DeadLetterQueue = "b" }));

        Assert.Equal("Queue 'a' is declared already, and its DeadLetterQueue is not set and not b, its Delay is 00:00:01 and not 00:00:00. Declare a queue once, or with the same options.", failure.Message);
        Assert.Throws<TransportException>(() => _broker.GetQueue("b"));
    }

    [Fact]
    public void Options_are_read_once()
    {
        var options = new InMemoryQueueOptions { MaxMessageBytes = 10 };
        _broker.DeclareQueue("a", options);
        options.MaxMessageBytes = 20;

        Assert.Equal(10, _broker.CreateSender("a").Limits.MessageBytes);
        Assert.Throws<InvalidOperationException>(() => _broker.DeclareQueue("a", options));
    }

    [Fact]
    public void Name_can_come_before_the_options()
    {
        _broker.DeclareQueue("a", new InMemoryQueueOptions { DeadLetterQueue = "a-dlq" });
        _broker.DeclareQueue("a-dlq", new InMemoryQueueOptions { MaxMessageBytes = 10 });

        Assert.Equal(10, _broker.CreateSender("a-dlq").Limits.MessageBytes);
        Assert.Throws<InvalidOperationException>(() => _broker.DeclareQueue("a-dlq", new InMemoryQueueOptions()));
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        var options = new InMemoryQueueOptions
        {
            VisibilityTimeout = TimeSpan.Zero,
            DeduplicationWindow = TimeSpan.FromTicks(-1),
            MaxReceiveCount = 0,
            Retention = TimeSpan.Zero,
            Delay = TimeSpan.FromTicks(-1),
            MaxMessageBytes = 0,
            WaitTime = TimeSpan.FromTicks(-1),
            DeadLetterQueue = "a.fifo",
        };
        options.SubscribeTo("topic");

        Assert.Equal(9, Assert.Throws<ArgumentException>(() => _broker.DeclareQueue("a.fifo", options)).Message.Split("Queue 'a.fifo'").Length - 1);
        Assert.Equal(9, new InMemorySource("x", options, _ => name => name).Validate("a.fifo").Count());
        Assert.Contains("12:00:00", Assert.Throws<ArgumentException>(() => _broker.DeclareQueue("a", new InMemoryQueueOptions { VisibilityTimeout = TimeSpan.FromHours(13) })).Message, StringComparison.Ordinal);
        Assert.Contains("both be FIFO", Assert.Throws<ArgumentException>(() => _broker.DeclareQueue("a", new InMemoryQueueOptions { DeadLetterQueue = "b.fifo" })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => options.SubscribeTo("x", " "));
        Assert.Throws<ArgumentException>(() => _broker.DeclareQueue(" "));
        Assert.Empty(new InMemorySource("x", null, _ => name => name).Validate("x"));
        Assert.Empty(new InMemoryDestination("x").Validate("x"));
    }

    [Fact]
    public async Task Registrations_share_one_broker_and_declare_what_they_name()
    {
        var destination = new DestinationBuilder(_services).InMemory("queue");
        var topic = new DestinationBuilder(_services).InMemoryTopic("topic");
        var source = new SourceBuilder(_services).InMemory("queue", options => options.SubscribeTo("topic"));
        await using var services = _services.BuildServiceProvider();
        Assert.All(new TransportEndpoint[] { destination, topic, source }, endpoint => Assert.Equal("inmemory", endpoint.Transport));

        var queueSender = destination.CreateSender("q", services);
        var topicSender = topic.CreateSender("topic", services);
        var receiver = source.CreateReceiver("q", services);
        await queueSender.SendAsync(new(Bench.Message("1")), Bench.Stop);
        await topicSender.SendAsync(new(Bench.Message("2")), Bench.Stop);

        Assert.Equal("1 2", Bench.Ids(await receiver.ReceiveAsync(10, Bench.Stop)));
        Assert.Equal(2, services.GetRequiredService<InMemoryBroker>().GetQueue("q").Backlog.InFlight);
    }

    [Fact]
    public async Task Topics_buses_and_dead_letter_queues_have_physical_names_as_well()
    {
        _services.Configure<MessagingOptions>(options =>
            (options.Names["topic"], options.Names["bus"], options.Names["dead"]) = ("prod-topic", "prod-bus", "prod-dead"));
        var source = new SourceBuilder(_services).InMemory("queue", options =>
        {
            options.SubscribeTo("topic");
            options.AddRule("bus", EventPattern.Parse("""{"detail-type":["placed"]}"""));
            options.DeadLetterQueue = "dead";
        });
        await using var services = _services.BuildServiceProvider();
        var receiver = source.CreateReceiver("prod-queue", services);
        var broker = services.GetRequiredService<InMemoryBroker>();

        await broker.CreateSender("prod-topic").SendAsync(new(Bench.Message("1")), Bench.Stop);
        await broker.CreateSender("prod-bus").SendAsync(new(new Envelope("2", "placed", "{}"u8.ToArray())), Bench.Stop);

        Assert.Equal("1 2", Bench.Ids(await receiver.ReceiveAsync(10, Bench.Stop)));
        Assert.Equal("prod-dead", broker.GetQueue("prod-dead").Name);
        Assert.Throws<TransportException>(() => broker.GetQueue("dead"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Options_of_the_source_prevail_over_those_of_the_destination(bool sourceFirst)
    {
        var destination = new DestinationBuilder(_services).InMemory("a", options => options.MaxMessageBytes = 10);
        var source = new SourceBuilder(_services).InMemory("a", options => options.MaxMessageBytes = 20);
        using var services = _services.BuildServiceProvider();
        if (sourceFirst)
        {
            source.CreateReceiver("a", services);
        }

        var sender = destination.CreateSender("a", services);
        Assert.Equal(sourceFirst ? 20 : 10, sender.Limits.MessageBytes);
        source.CreateReceiver("a", services);
        destination.CreateSender("a", services);
        Assert.Equal(20, sender.Limits.MessageBytes);
    }

    [Fact]
    public void Options_of_the_destination_count_when_the_source_has_none()
    {
        var destination = new DestinationBuilder(_services).InMemory("a", options => options.MaxMessageBytes = 10);
        var source = new SourceBuilder(_services).InMemory("a");
        using var services = _services.BuildServiceProvider();
        source.CreateReceiver("a", services);

        Assert.Equal(10, destination.CreateSender("a", services).Limits.MessageBytes);
    }

    [Fact]
    public async Task Topology_reports_sources_that_contradict_each_other()
    {
        var first = (ITopology)new SourceBuilder(_services).InMemory("a", options => options.MaxMessageBytes = 10);
        var second = (ITopology)new SourceBuilder(_services).InMemory("a", options => options.MaxMessageBytes = 20);
        var destination = (ITopology)new DestinationBuilder(_services).InMemory("a", options => options.MaxMessageBytes = 30);
        var topic = (ITopology)new DestinationBuilder(_services).InMemoryTopic("topic");
        await using var services = _services.BuildServiceProvider();

        Assert.Empty(await first.ApplyAsync(TopologyMode.Create, "a", services, Bench.Stop));
        Assert.Empty(await first.ApplyAsync(TopologyMode.Create, "a", services, Bench.Stop));
        Assert.Empty(await destination.ApplyAsync(TopologyMode.Create, "a", services, Bench.Stop));
        Assert.Empty(await topic.ApplyAsync(TopologyMode.Create, "topic", services, Bench.Stop));
        Assert.Contains("MaxMessageBytes is 10 and not 20", Assert.Single(await second.ApplyAsync(TopologyMode.Validate, "a", services, Bench.Stop)), StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<InMemoryBroker>().DeclareQueue("topic"));
    }

    [Fact]
    public async Task Broker_takes_the_time_of_the_application()
    {
        var bench = new Bench();
        _services.AddSingleton<TimeProvider>(bench.Time);
        var destination = new DestinationBuilder(_services).InMemory("a");
        await using var services = _services.BuildServiceProvider();
        await destination.CreateSender("a", services).SendAsync(new(Bench.Message("1", delay: TimeSpan.FromDays(1))), Bench.Stop);
        var queue = services.GetRequiredService<InMemoryBroker>().GetQueue("a");
        Assert.Equal(1, queue.Backlog.Delayed);
        bench.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, queue.Backlog.Waiting);
    }
}
