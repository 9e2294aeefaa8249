using System.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.EventBridge.Tests;

public sealed class EventBridgeSenderTests
{
    private readonly FakeEventBridge _events = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bus_is_looked_for_once_and_a_batch_is_one_call()
    {
        _events.Buses.Add("shop");
        var sender = Sender("shop");

        Assert.All(await SendAsync(sender, Messages(10)), Assert.Null);
        Assert.All(await SendAsync(sender, Messages(2)), Assert.Null);

        Assert.Equal(["DescribeEventBus", "PutEvents", "PutEvents"], _events.Calls);
        Assert.Equal([10, 2], _events.Put.Select(entries => entries.Count));
    }

    [Fact]
    public async Task Default_bus_is_not_looked_for()
    {
        await SendAsync(Sender("default"), Messages(1));
        await SendAsync(Sender("arn:aws:events:eu-west-1:123456789012:event-bus/default"), Messages(1));

        Assert.Equal(["PutEvents", "PutEvents"], _events.Calls);
    }

    [Fact]
    public async Task Bus_that_is_missing_is_not_found_until_it_is_there()
    {
        var sender = Sender("shop");
        Assert.Equal(FailureKind.NotFound, (await Assert.ThrowsAsync<TransportException>(() => SendAsync(sender, Messages(1)))).Kind);
        _events.Buses.Add("shop");

        Assert.All(await SendAsync(sender, Messages(1)), Assert.Null);
    }

    [Fact]
    public async Task Outcomes_are_those_of_the_same_place_also_when_some_were_never_sent()
    {
        _events.Answer = entries =>
        [
            new("e"), new(null, "ThrottlingException"), new(null, "InternalFailure"), new(null, "MalformedDetail"), new(null, "NotAuthorizedForSourceException"), new(null), new("e"),
        ];
        var messages = Messages(8);
        messages[2] = new Envelope("m", new string('t', 129), "{}"u8.ToArray());

        var outcomes = await SendAsync(Sender("default"), messages);

        Assert.Equal(
            [null, FailureKind.Throttled, FailureKind.Permanent, FailureKind.Transient, FailureKind.Permanent, FailureKind.Denied, FailureKind.Transient, null],
            outcomes.Select(outcome => (outcome as TransportException)?.Kind));
    }

    [Fact]
    public async Task Answer_with_another_number_of_outcomes_says_nothing()
    {
        _events.Answer = _ => [new("e")];

        Assert.Equal(FailureKind.Transient, (await Assert.ThrowsAsync<TransportException>(() => SendAsync(Sender("default"), Messages(2)))).Kind);
    }

    [Fact]
    public async Task Oversize_event_fails_alone_and_batches_become_smaller_when_one_is_refused()
    {
        var sender = Sender("default");
        var large = new Envelope("m", "t", Encoding.UTF8.GetBytes($"\"{new string('a', 1_000_000)}\""));
        var outcomes = await SendAsync(sender, [.. Messages(1), large]);
        Assert.Equal([null, FailureKind.TooLarge], outcomes.Select(outcome => (outcome as TransportException)?.Kind));

        _events.Fault = _ => new Amazon.Runtime.AmazonServiceException("too large") { ErrorCode = "RequestEntityTooLarge", StatusCode = System.Net.HttpStatusCode.RequestEntityTooLarge };
        Assert.Equal(FailureKind.TooLarge, (await Assert.ThrowsAsync<TransportException>(() => SendAsync(sender, Messages(10)))).Kind);

        Assert.True(sender.Limits.BatchBytes < 1_000, $"{sender.Limits}");
        Assert.Equal(1_000_000, sender.Limits.MessageBytes);

        // What refused it may have been there for a moment only.
        _events.Fault = _ => null;
        for (var call = 0; call < 2_000; call++)
        {
            await SendAsync(sender, Messages(1));
        }

        Assert.Equal(1_000_000, sender.Limits.BatchBytes);
    }

    private EventBridgeSender Sender(string bus) => new(new EventBridgeConnection(bus, _events), [], NullLogger<EventBridgeSender>.Instance);

    private static Envelope[] Messages(int count) => [.. Enumerable.Range(0, count).Select(number => new Envelope($"m{number}", "t", "{}"u8.ToArray()))];

    private static async Task<Exception?[]> SendAsync(EventBridgeSender sender, params Envelope[] envelopes)
    {
        var batch = new TransportBatch<Envelope>(envelopes);
        await sender.SendAsync(batch, Token);
        return [.. Enumerable.Range(0, batch.Count).Select(batch.FailureOf)];
    }
}
