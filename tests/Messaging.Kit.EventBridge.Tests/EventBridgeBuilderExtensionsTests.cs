using Messaging.Kit.Messages;
using Messaging.Kit.Routing;
using Messaging.Kit.Sqs.Tests;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.EventBridge.Tests;

public sealed class EventBridgeBuilderExtensionsTests
{
    private const string Arn = "arn:aws:events:eu-west-1:123456789012:event-bus/shop";

    private readonly ServiceCollection _services = [];
    private readonly FakeEventBridge _events = new();

    [Fact]
    public void Destination_and_source_say_what_they_are()
    {
        var (destination, source) = (To(Arn), Builders.From(_services).EventBridge("shop", "shipping"));

        Assert.Equal(("aws.eventbridge", "shop", Arn), (destination.Transport, destination.Name, destination.Address));
        Assert.Equal(("aws_sqs", "shipping"), (source.Transport, source.Name));
    }

    [Fact]
    public async Task Naming_a_bus_is_enough_to_send_to_it()
    {
        _events.Buses.Add("physical");
        _services.AddSingleton<IEventBridgeClient>(_events);
        var destination = To("shop", options => options.Resources = ["arn:aws:x"]);
        await using var provider = _services.BuildServiceProvider();
        await using var sender = destination.CreateSender("physical", provider);

        Assert.Empty(_events.Calls);
        await sender.SendAsync(new(new Envelope("m1", "t", "{}"u8.ToArray())), TestContext.Current.CancellationToken);

        var entry = Assert.Single(Assert.Single(_events.Put));
        Assert.Equal(("physical", "arn:aws:x", 2), (entry.EventBusName, entry.Resources![0], entry.Resources.Count));
        Assert.NotNull(provider.GetService<EventBridgeReplays>());
    }

    [Fact]
    public async Task Replays_reach_a_bus_by_options_of_its_own()
    {
        var elsewhere = new FakeEventBridge();
        _services.AddSingleton<IEventBridgeClient>(_events);
        To("shop");
        await using var provider = _services.BuildServiceProvider();
        var replays = provider.GetRequiredService<EventBridgeReplays>();
        var ofOneBus = replays.With(options => options.Client = elsewhere);

        await replays.GetAsync("r1", TestContext.Current.CancellationToken);
        Assert.Equal((1, 0), (_events.Calls.Count, elsewhere.Calls.Count));
        await ofOneBus.GetAsync("r1", TestContext.Current.CancellationToken);
        Assert.Equal((1, 1), (_events.Calls.Count, elsewhere.Calls.Count));
    }

    [Theory]
    [InlineData("shop", true)]
    [InlineData("default", true)]
    [InlineData(Arn, true)]
    [InlineData("aws.partner/example.com/shop", true)]
    [InlineData("arn:aws:events:eu-west-1:123456789012:event-bus/aws.partner/example.com/shop", true)]
    [InlineData("aws.partner//shop", false)]
    [InlineData("shop/orders", false)]
    [InlineData("sh op", false)]
    [InlineData("arn:aws:events:eu-west-1:123456789012:rule/shop", false)]
    [InlineData("arn:aws:sns:eu-west-1:123456789012:event-bus/shop", false)]
    public void Names_are_checked(string name, bool isGood) => Assert.Equal(isGood, !To("shop").Validate(name).Any());

    [Theory]
    [InlineData("aws.partner/example.com/shop", "Associate it with the partner's event source")]
    [InlineData("arn:aws:events:eu-west-1:123456789012:event-bus/aws.partner/example.com/shop", "Associate it with the partner's event source")]
    [InlineData(Arn, "named by its ARN is never created")]
    public async Task Buses_that_are_made_elsewhere_are_not_created(string bus, string advice)
    {
        _services.AddSingleton<IEventBridgeClient>(_events);
        var destination = Assert.IsAssignableFrom<ITopology>(To(bus));
        await using var provider = _services.BuildServiceProvider();

        Assert.Contains(advice, Assert.Single(await destination.ApplyAsync(TopologyMode.Create, bus, provider, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
    }

    [Fact]
    public void Buses_of_different_regions_resources_and_clients_are_different_destinations()
    {
        var same = To("shop").Identify("shop");

        Assert.Equal(same, To("shop").Identify("shop"));
        Assert.NotEqual(same, To("shop", options => options.Region = "eu-west-1").Identify("shop"));
        Assert.Equal(same, To("shop", options => options.Resources = ["arn:aws:x"]).Identify("shop"));
        Assert.NotEqual(To("shop").IdentifySender("shop"), To("shop", options => options.Resources = ["arn:aws:x"]).IdentifySender("shop"));
        Assert.NotEqual(same, To("shop", options => options.Client = _events).Identify("shop"));
    }

    [Fact]
    public void Bus_is_no_place_for_the_dead_letters_of_a_queue_that_it_feeds()
    {
        var from = Builders.From(_services);

        Assert.True(To("shop").MayBe("shop", from.EventBridge("shop", "shipping"), "shipping"));
        Assert.False(To("crm").MayBe("crm", from.EventBridge("shop", "shipping"), "shipping"));
        Assert.True(To("shop").MayBe("shop", from.EventBridge("shop", "shipping", options => options.Pattern = EventPattern.Parse("""{"source":["/shop"]}""")), "shipping"));
    }

    [Theory]
    [InlineData("shipping", "shipping")]
    [InlineData("shipping.fifo", "shipping.fifo")]
    [InlineData("a-queue-whose-name-is-as-long-as-names-of-queues-can-be-and-longer-than-rules-are", "a-queue-whose-name-is-as-long-as-names-of-queues-can-be-")]
    public void Rules_have_the_names_of_their_queues_as_far_as_they_fit(string queue, string name)
    {
        Assert.StartsWith(name, EventBridgeNames.Fit(queue), StringComparison.Ordinal);
        Assert.InRange(EventBridgeNames.Fit(queue).Length, 1, 64);
        Assert.NotEqual(EventBridgeNames.Fit(queue), EventBridgeNames.Fit(queue + "2"));
    }

    private TransportDestination To(string bus, Action<EventBridgeTransportOptions>? configure = null) => Builders.To(_services).EventBridge(bus, configure);
}
