using Messaging.Kit;
using Messaging.Kit.AotTest;
using Messaging.Kit.Middleware.Compression;
using Messaging.Kit.Middleware.Redelivery;
using Messaging.Kit.Testing;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// The journey of a message with all middleware, without reflection: on the in-memory broker, and on SQS, SNS, EventBridge and Kafka when they are named.
var endpoint = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_SQS");
await JourneyAsync(to => to.InMemory("orders"), to => to.InMemory("orders-dead"), from => from.InMemory("orders"));
Console.WriteLine("AOT: in memory, handled and dead-lettered.");

// What a host needs of AWS is written down without AWS.
var described = Host.CreateEmptyApplicationBuilder(null);
described.Services.AddMessaging(kit => kit.Consume(from => from.Sqs("shipping", queue => queue.SubscribeToSns("orders").SubscribeToEventBridge("shop"))).HandleRaw((_, _) => default));
using (var host = described.Build())
{
    Console.WriteLine($"AOT: a template of {host.Services.ExportCloudFormation().Length} characters, and a policy of {host.Services.ExportIamPolicy("123456789012", "eu-west-1").Length}.");
}

if (endpoint is { Length: > 0 })
{
    var name = $"aot-{Environment.ProcessId}";
    await JourneyAsync(to => to.Sqs(name), to => to.Sqs(name + "-dead"), from => from.Sqs(name));
    Console.WriteLine($"AOT: on SQS at {endpoint}, handled and dead-lettered.");
}

// The queues behind them are at the same endpoint.
if (Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_SNS") is { Length: > 0 } sns)
{
    var name = $"aot-{Environment.ProcessId}-sns";
    await JourneyAsync(
        to => to.Sns(name, topic => topic.ServiceUrl = sns),
        to => to.Sqs(name + "-dead", queue => queue.ServiceUrl = sns),
        from => from.Sns(name, name, options => (options.Queue.ServiceUrl, options.Topic) = (sns, topic => topic.ServiceUrl = sns)));
    Console.WriteLine($"AOT: on SNS at {sns}, handled and dead-lettered.");
}

if (Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_EVENTBRIDGE") is { Length: > 0 } events)
{
    var name = $"aot-{Environment.ProcessId}-events";
    await JourneyAsync(
        to => to.EventBridge(name, bus => bus.ServiceUrl = events),
        to => to.Sqs(name + "-dead", queue => queue.ServiceUrl = events),
        from => from.EventBridge(name, name, options => (options.Queue.ServiceUrl, options.Bus) = (events, bus => bus.ServiceUrl = events)));
    Console.WriteLine($"AOT: on EventBridge at {events}, handled and dead-lettered.");
}

if (Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") is { Length: > 0 } brokers)
{
    var name = $"aot-{Environment.ProcessId}-{Environment.TickCount64}";
    await JourneyAsync(to => to.Kafka(name), to => to.Kafka(name + "-dead"), from => from.Kafka(name));
    Console.WriteLine($"AOT: on Kafka at {brokers}, handled and dead-lettered.");
}

return 0;

static async Task JourneyAsync(
    Func<DestinationBuilder, TransportDestination> orders,
    Func<DestinationBuilder, TransportDestination> deadLetters,
    Func<SourceBuilder, TransportSource> from)
{
    var builder = Host.CreateApplicationBuilder();
    builder.Services.AddMessagingTestHarness();
    builder.Services.AddMessaging(kit =>
    {
        kit.Configure(options => options.Topology = TopologyMode.Create);
        kit.UseJson(AotJsonContext.Default);
        kit.Publish<OrderPlaced>("order.placed", orders).UseCompression(options => (options.Threshold, options.Algorithm) = (100, CompressionAlgorithm.Zstd)).UseRetry();
        kit.Consume(from)
            .UseDeadLetter(deadLetters, maxDeliveries: 2)
            .UseIdempotency()
            .UseCompression()
            .UseRedelivery(BackOff.None)
            .UseRetry()
            .Handle<OrderPlaced, ShipOrder>("order.placed");
    });
    using var host = builder.Build();
    await host.StartAsync();
    var bus = host.Services.GetRequiredService<IMessageBus>();
    var harness = host.Services.GetRequiredService<MessagingTestHarness>();
    await bus.PublishAsync(new OrderPlaced(1, new string('x', 1000)));
    await bus.PublishAsync(new OrderPlaced(-1, "cannot be shipped"));
    await harness.WaitUntilHandled<OrderPlaced>(order => order.Number == 1);
    await harness.WaitUntilDeadLettered();
    await host.StopAsync();
}
