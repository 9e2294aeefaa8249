using System.Text;
using Messaging.Kit.InMemory;
using Messaging.Kit.Messages;
using Messaging.Kit.Routing;

namespace Messaging.Kit.Tests.InMemory;

/// <summary>Topics whose queues take some messages only, and event buses with rules.</summary>
public sealed class FilterTests
{
    private static readonly EventPattern Large = EventPattern.Parse("""{"detail":{"total":[{"numeric":[">=",100]}]}}""");
    private static readonly EventPattern Books = EventPattern.Parse("""{"detail":{"kind":["book"]}}""");

    private readonly Bench _bench = new();

    [Fact]
    public async Task Queue_gets_what_its_filter_lets_through()
    {
        _bench.Declare("large", options => options.SubscribeTo("topic", Large));
        _bench.Declare("all", options => options.SubscribeTo("topic"));
        var batch = await _bench.Send("topic", Order("1", 100, "book"), Order("2", 99, "book"), Order("3", 250, "car"));
        Assert.Equal(0, batch.FailedCount);
        Assert.Equal("1 3", Bench.Ids(await _bench.Receive("large")));
        Assert.Equal("1 2 3", Bench.Ids(await _bench.Receive("all")));
    }

    [Fact]
    public async Task Message_that_several_filters_of_a_queue_let_through_comes_once()
    {
        _bench.Declare("queue", options =>
        {
            options.SubscribeTo("topic", Large);
            options.SubscribeTo("topic", Books);
        });
        _bench.Broker.Subscribe("topic", "queue", Large);
        await _bench.Send("topic", Order("1", 100, "book"), Order("2", 100, "car"), Order("3", 1, "book"), Order("4", 1, "car"));
        Assert.Equal("1 2 3", Bench.Ids(await _bench.Receive("queue")));
    }

    [Fact]
    public async Task Subscription_without_a_filter_takes_all_whatever_filters_there_are()
    {
        _bench.Declare("queue", options =>
        {
            options.SubscribeTo("topic", Large);
            options.SubscribeTo("topic");
        });
        await _bench.Send("topic", Order("1", 100, "book"), Order("2", 1, "car"));
        Assert.Equal("1 2", Bench.Ids(await _bench.Receive("queue")));
    }

    [Theory]
    [InlineData("""{"a":""", "}", 1_000)]
    [InlineData("[", "]", 1_000)]
    public async Task Body_of_any_depth_that_is_JSON_gets_through_to_who_wants_it(string open, string close, int levels)
    {
        _bench.Declare("queue", options => options.SubscribeTo("topic", EventPattern.Parse("""{"detail-type":["order"]}""")));
        var body = $"{string.Concat(Enumerable.Repeat(open, levels))}1{string.Concat(Enumerable.Repeat(close, levels))}";
        var envelope = new Envelope("1", "order", Encoding.UTF8.GetBytes(body));
        Assert.True(envelope.HasJsonBody);
        await _bench.Send("topic", envelope);
        Assert.Equal("1", Bench.Ids(await _bench.Receive("queue")));
    }

    [Fact]
    public async Task Message_that_nobody_wants_is_accepted_and_gone()
    {
        var queue = _bench.Declare("queue", options => options.SubscribeTo("topic", Large));
        var batch = await _bench.Send("topic", Order("1", 1, "car"), new Envelope("2", "order", new byte[] { 1, 2, 3 }));
        Assert.Equal(0, batch.FailedCount);
        Assert.Equal(0, queue.Backlog.Total);
    }

    [Fact]
    public async Task Rule_of_a_bus_transforms_what_its_queue_gets()
    {
        var transformer = InputTransformer.Parse(
            new Dictionary<string, string> { ["total"] = "$.detail.total", ["type"] = "$.detail-type" },
            """{"amount":<total>,"of":"<type>","rule":<aws.events.rule-name>}""");
        _bench.Declare("plain", options => options.AddRule("bus", Large));
        _bench.Declare("made", options => options.AddRule("bus", Large, transformer));
        await _bench.Send("bus", Order("1", 100, "book"), Order("2", 5, "book"));
        var plain = Assert.Single(await _bench.Receive("plain"));
        Assert.Equal(("order", """{"total":100,"kind":"book"}"""), (plain.Type, Encoding.UTF8.GetString(plain.Body.Span)));
        var made = Assert.Single(await _bench.Receive("made"));
        Assert.Equal(("", """{"amount":100,"of":"order","rule":"made"}"""), (made.Type, Encoding.UTF8.GetString(made.Body.Span)));
    }

    [Theory]
    [InlineData("""{"id":"<id>","detail-type":"made","source":"/rule","detail":{"amount":<total>}}""")]
    [InlineData("""{"specversion":"1.0","id":"<id>","type":"made","source":"/rule","data":{"amount":<total>}}""")]
    public async Task What_a_rule_makes_into_an_event_arrives_as_one(string template)
    {
        var paths = new Dictionary<string, string> { ["total"] = "$.detail.total", ["id"] = "$.id" };
        _bench.Declare("made", options => options.AddRule("bus", Large, InputTransformer.Parse(paths, template)));

        await _bench.Send("bus", Order("1", 100, "book"));

        var made = Assert.Single(await _bench.Receive("made"));
        Assert.Equal(("1", "made", "/rule", """{"amount":100}"""), (made.Id, made.Type, made.Source, Encoding.UTF8.GetString(made.Body.Span)));
    }

    [Fact]
    public async Task Every_rule_that_matches_delivers_and_the_same_rule_said_twice_does_so_once()
    {
        _bench.Declare("queue", Rules);
        _bench.Declare("queue", Rules);
        await _bench.Send("bus", Order("1", 100, "book"));
        var bodies = (await _bench.Receive("queue")).Select(message => Encoding.UTF8.GetString(message.Body.Span)).ToList();
        Assert.Equal(3, bodies.Count);
        Assert.Equal(2, bodies.Count(body => body == """{"total":100,"kind":"book"}"""));
        Assert.Contains("100", bodies);

        static void Rules(InMemoryQueueOptions options)
        {
            options.AddRule("bus", EventPattern.Parse("""{"detail":{"kind":["book"]}}"""));
            options.AddRule("bus", EventPattern.Parse("""{"detail":{"total":[100]}}"""));
            options.AddRule("bus", EventPattern.Parse("""{"detail":{"total":[100]}}"""), InputTransformer.Parse(new Dictionary<string, string> { ["total"] = "$.detail.total" }, "<total>"));
        }
    }

    [Fact]
    public async Task What_two_rules_make_of_a_message_are_two_messages()
    {
        var transformers = new[] { "<total>", "<kind>" }.Select(template =>
            InputTransformer.Parse(new Dictionary<string, string> { ["total"] = "$.detail.total", ["kind"] = "$.detail.kind" }, template));
        _bench.Declare("made.fifo", options => transformers.ToList().ForEach(transformer => options.AddRule("bus.fifo", Large, transformer)));

        await _bench.Send("bus.fifo", Order("1", 100, "book"), Order("1", 100, "book"));

        var made = new List<ReceivedEnvelope>();
        while (await _bench.Receive("made.fifo") is { Count: > 0 } received)
        {
            made.AddRange(received);
            foreach (var message in received)
            {
                await _bench.Ack("made.fifo", message);
            }
        }

        Assert.Equal(["100", "book"], made.Select(message => Encoding.UTF8.GetString(message.Body.Span)).Order(StringComparer.Ordinal));
        Assert.Equal(2, made.Select(message => message.Id).Distinct().Count());
    }

    private static Envelope Order(string id, int total, string kind) =>
        new(id, "order", Encoding.UTF8.GetBytes($$"""{"total":{{total}},"kind":"{{kind}}"}""")) { Key = kind };
}
