using Messaging.Kit.Hosting;
using Messaging.Kit.InMemory;
using Messaging.Kit.Middleware.Redelivery;
using Messaging.Kit.Routing;
using Messaging.Kit.Tests.Fakes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Tests.Hosting;

/// <summary>What is wrong is found when the application starts, all of it at once, in words that say what to do.</summary>
public sealed class ValidationTests
{
    [Fact]
    public void Everything_is_fine() => Assert.Empty(Faults(kit =>
    {
        kit.Publish<Order>("order", _ => new FakeDestination("orders"));
        Consume(kit, "orders").UseDeadLetter(_ => new FakeDestination("dead")).UseRetry().UseRedelivery().UseIdempotency().UseCompression();
        kit.RequireRoute<Order>();
    }));

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var faults = Faults(
            kit =>
            {
                kit.Configure(options => options.Sending.MaxConcurrentCalls = 0);
                kit.Publish<Order>("order", _ => new FakeDestination("orders") { Faults = ["destination fault"] });
                kit.Publish<Order>("order.too", _ => new FakeDestination("orders"));
                kit.RequireRoute<Parcel>();
                kit.Consume(_ => new FakeSource("empty") { Faults = ["source fault"] });
                Consume(kit, "twice");
                Consume(kit, "twice");
            },
            new() { ["Messaging:Consumers:empty:Concurrency"] = "many", ["Messaging:ShutdownTimeout"] = "-00:00:01" });
        string[] expected =
            [
                "Consumer 'empty' has no handlers. Add Handle<TMessage, THandler>(\"its.type\").",
                "Messaging:Consumers:empty:Concurrency is 'many'; use a whole number.",
                "Messaging:Sending:MaxConcurrentCalls is 0; use 1 to 1024.",
                "Messaging:ShutdownTimeout is -00:00:01; use more than zero, at most a day.",
                $"{typeof(Order)} is published in two ways. A type goes one way; to reach several queues, publish it to a topic.",
                $"{typeof(Parcel)} is required to be routed and is not. Say where it goes: kit.Publish<Parcel>(\"its.name\", to => ...).",
                "Two consumers are called 'twice'. Give one of them a name of its own with Named(...).",
                "destination fault (orders)",
                "source fault (empty)",
            ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), faults.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Consumers_of_one_source_need_names_of_their_own()
    {
        Assert.Single(Faults(kit =>
        {
            Consume(kit, "orders");
            Consume(kit, "orders");
        }));
        Assert.Empty(Faults(kit =>
        {
            Consume(kit, "orders");
            Consume(kit, "orders").Named("second");
        }));
    }

    [Fact]
    public void Dead_letters_do_not_go_to_their_own_source_under_any_name()
    {
        const string Text = "Consumer 'orders' dead-letters to fake:dead, which is its own source or leads to it: its messages would go round for ever. Name another destination.";
        Assert.Equal([Text], Faults(kit => Consume(kit, "orders").UseDeadLetter(_ => new FakeDestination("dead")), new() { ["Messaging:Names:dead"] = "ORDERS" }));
        Assert.Equal([Text], Faults(kit => Consume(kit, "orders").UseDeadLetter(_ => new FakeDestination("dead")), new() { ["Messaging:Names:orders"] = "prod", ["Messaging:Names:dead"] = "prod" }));
        Assert.Equal([Text], Faults(kit => Consume(kit, "orders").UseDeadLetter(_ => new FakeDestination("elsewhere"), configure: options => options.On<FormatException>(_ => new FakeDestination("dead"))), new() { ["Messaging:Names:dead"] = "orders" }));
        Assert.Empty(Faults(kit => Consume(kit, "orders").UseDeadLetter(_ => new FakeDestination("dead")), new() { ["Messaging:Names:orders"] = "dead2" }));
    }

    [Fact]
    public void Dead_letters_do_not_go_where_they_would_come_from_again()
    {
        var filter = EventPattern.Parse("""{"detail-type":["test"]}""");
        Assert.Single(Faults(kit => Feed(kit, "topic", options => options.SubscribeTo("topic"))));
        Assert.Single(Faults(kit => Feed(kit, "topic", options => options.SubscribeTo("topic", filter))));
        Assert.Single(Faults(kit => Feed(kit, "topic", options => options.AddRule("topic", filter))));
        Assert.Empty(Faults(kit => Feed(kit, "other", options => options.SubscribeTo("topic"))));

        static void Feed(MessagingBuilder kit, string deadLetters, Action<InMemoryQueueOptions> configure) =>
            kit.Consume(from => from.InMemory("orders", configure)).UseDeadLetter(to => to.InMemoryTopic(deadLetters)).Handle<string>("test", (_, _, _) => default);
    }

    [Fact]
    public void Destination_of_dead_letters_is_looked_at_too() =>
        Assert.Equal(["no such name (dead)"], Faults(kit => Consume(kit, "orders").UseDeadLetter(_ => new FakeDestination("dead") { Faults = ["no such name"] })));

    [Fact]
    public void Two_handlers_for_a_type_without_patterns_are_one_too_many() => Assert.Equal(
        ["Consumer 'orders' has two handlers for 'test'. One handler handles a message; give the others a pattern, or for a second reaction consume from a queue of its own."],
        Faults(kit => Consume(kit, "orders").Handle<string>("test", (_, _, _) => default)));

    [Fact]
    public void Default_type_has_to_be_handled() => Assert.Equal(
        ["Consumer 'orders' takes messages without a type for 'other', which it does not handle."],
        Faults(kit => Consume(kit, "orders").DefaultType("other")));

    [Fact]
    public void Types_that_the_serializer_does_not_know_are_named()
    {
        var faults = Faults(kit =>
        {
            kit.UseJson(System.Text.Json.Serialization.Metadata.JsonTypeInfoResolver.Combine());
            kit.Publish<Order>("order", _ => new FakeDestination("orders"));
            Consume(kit, "orders");
        });
        Assert.Equal(2, faults.Count);
        Assert.All(faults, fault => Assert.Contains("cannot be serialized", fault, StringComparison.Ordinal));
    }

    public static TheoryData<string, string, string> Settings => new()
    {
        { "Messaging:Sending:MaxWaiting", "0", "Messaging:Sending:MaxWaiting is 0; use 1 or more messages." },
        { "Messaging:Sending:MaxWaitingBytes", "0", "Messaging:Sending:MaxWaitingBytes is 0; use 1 or more bytes." },
        { "Messaging:Sending:MaxAttempts", "101", "Messaging:Sending:MaxAttempts is 101; use 1 to 100." },
        { "Messaging:Sending:RetryDelay", "00:00:00", "Messaging:Sending:RetryDelay is 00:00:00 and MaxRetryDelay 00:00:05; use a delay above zero, and a longest delay that is not below it, at most a day." },
        { "Messaging:Sending:MaxRetryDelay", "100.00:00:00", "Messaging:Sending:RetryDelay is 00:00:00.1000000 and MaxRetryDelay 100.00:00:00; use a delay above zero, and a longest delay that is not below it, at most a day." },
        { "Messaging:Sending:MaxRetryDelay", "soon", "Messaging:Sending:MaxRetryDelay is 'soon'; use a time such as 00:00:30." },
        { "Messaging:ShutdownTimeout", "60.00:00:00", "Messaging:ShutdownTimeout is 60.00:00:00; use more than zero, at most a day." },
        { "Messaging:Topology", "Destroy", "Messaging:Topology is 'Destroy'; use one of None, Validate, Create." },
        { "Messaging:Topology", "7", "Messaging:Topology is '7'; use one of None, Validate, Create." },
        { "Messaging:Consumers:orders:Concurrency", "0", "Messaging:Consumers:orders:Concurrency is 0; use 1 to 10000." },
        { "Messaging:Consumers:orders:Prefetch", "3", "Messaging:Consumers:orders:Prefetch is 3, below Concurrency (10): messages that are handled count as held. Use 10 or more." },
        { "Messaging:Consumers:orders:Prefetch", "99999999999", "Messaging:Consumers:orders:Prefetch is '99999999999'; use a whole number." },
        { "Messaging:Consumers:orders:PrefetchBytes", "0", "Messaging:Consumers:orders:PrefetchBytes is 0; use 1 or more bytes." },
        { "Messaging:Consumers:orders:Receivers", "101", "Messaging:Consumers:orders:Receivers is 101; use 1 to 100." },
        { "Messaging:Consumers:orders:Retry:MaxAttempts", "0", "Consumer 'orders': retry takes 1 to 100 attempts, not 0." },
        { "Messaging:Consumers:orders:Retry:Delay", "-00:00:01", "Consumer 'orders': the retry delays -00:00:01 (first) and 00:00:05 (longest) do not make sense: use zero or more, the longest not below the first, at most a day." },
        { "Messaging:Consumers:orders:MaxDeliveries", "0", "Consumer 'orders': a message may have 0 deliveries before it is dead-lettered; use 1 or more." },
        { "Messaging:Consumers:orders:Redelivery:MaxDelay", "00:01:00", "Consumer 'orders': the redelivery settings Delay () and MaxDelay (00:01:00) do not make sense: give a delay of zero or more, and a longest that is not below it." },
        { "Messaging:Consumers:orders:Concurency", "5", "Messaging:Consumers:orders:Concurency means nothing here. Known are: Concurrency, MaxDeliveries, Prefetch, PrefetchBytes, Receivers, Redelivery, Retry." },
        { "Messaging:Consumers:orders:Retry:Attempts", "5", "Messaging:Consumers:orders:Retry:Attempts means nothing here. Known are: Delay, MaxAttempts, MaxDelay." },
        { "Messaging:Consumers:oders:Concurrency", "5", "Messaging:Consumers:oders means nothing here. Known are: orders." },
        { "Messaging:Sending:Speed", "5", "Messaging:Sending:Speed means nothing here. Known are: MaxAttempts, MaxConcurrentCalls, MaxRetryDelay, MaxWaiting, MaxWaitingBytes, RetryDelay." },
        { "Messaging:ShutdownTimeOuts", "5", "Messaging:ShutdownTimeOuts means nothing here. Known are: Consumers, Names, Sending, ShutdownTimeout, Topology." },
        { "Messaging:Consumers", "5", "Messaging:Consumers is the value '5', but it is a section with settings below it." },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Setting_that_makes_no_sense_is_a_fault(string key, string value, string text) => Assert.Equal(
        [text],
        Faults(kit => Consume(kit, "orders").UseDeadLetter(_ => new FakeDestination("dead")).UseRetry().UseRedelivery(BackOff.None), new() { [key] = value }));

    [Fact]
    public void Options_of_middleware_in_code_are_looked_at_too()
    {
        var faults = Faults(kit =>
        {
            kit.Publish<Order>("order", _ => new FakeDestination("orders")).UseCompression(options => options.Threshold = -1).UseRetry(options => options.MaxAttempts = 0);
            Consume(kit, "orders")
                .UseCompression(options => options.MaxExpandedBytes = 0)
                .UseIdempotency(options => (options.Lease, options.Retention) = (TimeSpan.FromDays(50), TimeSpan.Zero));
        });
        Assert.Equal(
            [
                "Consumer 'orders': bodies may expand to 0 bytes; use 1 or more.",
                "Consumer 'orders': idempotency remembers for 00:00:00; use more than zero, at most 10 years.",
                "Consumer 'orders': the lease of an idempotency claim is 50.00:00:00; use 10 ms to a day.",
                "Publish<Order>(\"order\"): retry takes 1 to 100 attempts, not 0.",
                "Publish<Order>(\"order\"): the compression threshold is -1; use 0 or more bytes.",
            ],
            faults.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(9_999, 0)]
    [InlineData(10_000, 3660)]
    public void Idempotency_that_could_not_work_is_a_fault(int leaseMicroseconds, int retentionDays) =>
        Assert.Single(Faults(kit => Consume(kit, "orders").UseIdempotency(options =>
            (options.Lease, options.Retention) = (TimeSpan.FromMicroseconds(leaseMicroseconds), TimeSpan.FromDays(Math.Max(retentionDays, 1))))));

    [Theory]
    [InlineData("Messaging:ShutdownTimeout")]
    [InlineData("Messaging:Sending:RetryDelay")]
    [InlineData("Messaging:Consumers:orders:Redelivery:Delay")]
    public void Number_alone_is_no_time(string key)
    {
        // TimeSpan would read it as days, and whoever writes it means seconds.
        var faults = Faults(kit => Consume(kit, "orders").UseRedelivery(BackOff.None), new() { [key] = "30" });

        Assert.Contains($"{key} is '30'; use a time such as 00:00:30.", faults);
    }

    [Fact]
    public void Sections_of_transports_are_theirs() => Assert.Empty(Faults(kit => Consume(kit, "orders"), new() { ["Messaging:Sqs:Region"] = "eu-west-1" }));

    [Fact]
    public async Task Host_does_not_start_with_a_fault()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddMessaging(kit => kit.Consume(_ => new FakeSource("orders")));
        using var host = builder.Build();
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Wait.Stop));
        Assert.Equal("Consumer 'orders' has no handlers. Add Handle<TMessage, THandler>(\"its.type\").", Assert.Single(failure.Failures));
    }

    private static ConsumeBuilder Consume(MessagingBuilder kit, string source) =>
        kit.Consume(_ => new FakeSource(source)).Handle<string>("test", (_, _, _) => default);

    private static List<string> Faults(Action<MessagingBuilder> configure, Dictionary<string, string?>? settings = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings ?? []).Build());
        services.AddMessaging(configure);
        using var provider = services.BuildServiceProvider();
        try
        {
            Assert.NotNull(provider.GetRequiredService<IMessageBus>());
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return [.. exception.Failures];
        }
    }

    private sealed record Order(int Number);

    private sealed record Parcel(string Name);
}
