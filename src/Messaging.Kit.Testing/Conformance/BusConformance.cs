using System.Collections.Concurrent;
using System.Text;
using Messaging.Kit.Consuming;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Redelivery;
using Messaging.Kit.Testing.Bus;
using Messaging.Kit.Transports;
using Xunit;

namespace Messaging.Kit.Testing.Conformance;

/// <summary>What the bus promises holds over the transport: truth, order, nothing lost, through throttling, partial failures, poison, lost acks and restarts.</summary>
/// <typeparam name="THarness">The transport, over one broker.</typeparam>
public abstract class BusConformance<THarness> : ConformanceSuite<THarness>
    where THarness : TransportHarness, new()
{
    private const string Type = "numbered";
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(2);

    /// <summary>What is published is handled, once, and then gone.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task What_is_published_is_handled_once()
    {
        var channel = await OpenAsync();
        await using var bus = await StartAsync(channel, kit =>
        {
            Publish(kit, channel.CreateSender);
            Consume(kit, channel.CreateReceiver).Handle<Numbered>(Type, (_, _, _) => default);
        });
        await bus.PublishAsync(Numbers(50));
        await bus.HappenedAsync(MessageEventKind.Acknowledged, 50);
        AssertHandledOnce(bus, 50);
        await bus.StopAsync();
        await Consume(channel).TakeNothingAsync("everything has been handled");
    }

    /// <summary>Calls that are throttled are repeated, and every message arrives once.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Throttled_publishes_arrive_once()
    {
        var channel = await OpenAsync();
        await using var bus = await StartAsync(channel, kit =>
        {
            Publish(kit, () => new FaultySender(channel.CreateSender(), callFault: call => call <= 3 ? new TransportException(FailureKind.Throttled, "Slow down.") : null));
            Consume(kit, channel.CreateReceiver).Handle<Numbered>(Type, (_, _, _) => default);
        });
        await bus.PublishAsync(Numbers(50));
        await bus.HappenedAsync(MessageEventKind.Handled, 50);
        AssertHandledOnce(bus, 50);
    }

    /// <summary>Entries that fail for the moment are sent again, those and no others.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Entries_that_fail_are_sent_again_and_only_those()
    {
        var channel = await OpenAsync();
        var failed = new ConcurrentDictionary<string, bool>();
        await using var bus = await StartAsync(channel, kit =>
        {
            Publish(kit, () => new FaultySender(channel.CreateSender(), entryFault: envelope =>
                Random.Shared.Next(3) == 0 && failed.TryAdd(envelope.Id, true) ? new TransportException(FailureKind.Transient, "Not this one, not now.") : null));
            Consume(kit, channel.CreateReceiver).Handle<Numbered>(Type, (_, _, _) => default);
        });
        await bus.PublishAsync(Numbers(60));
        Assert.NotEmpty(failed);
        await bus.HappenedAsync(MessageEventKind.Handled, 60);
        AssertHandledOnce(bus, 60);
    }

    /// <summary>A message that is refused is reported as such, and it alone.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_refused_message_is_reported_and_it_alone()
    {
        var channel = await OpenAsync();
        var refusal = new TransportException(FailureKind.Permanent, "Never this one.");
        await using var bus = await StartAsync(channel, kit =>
        {
            Publish(kit, () => new FaultySender(channel.CreateSender(), entryFault: envelope => Encoding.UTF8.GetString(envelope.Body.Span).Contains("13,", StringComparison.Ordinal) ? refusal : null));
            Consume(kit, channel.CreateReceiver).Handle<Numbered>(Type, (_, _, _) => default);
        });
        var outcomes = await bus.WithinAsync(bus.Bus.PublishManyAsync(Numbers(20)).AsTask(), "20 messages should have their outcomes");
        Assert.Same(refusal, outcomes[13].Error);
        Assert.All(outcomes.Where((_, index) => index != 13), outcome => Assert.Null(outcome.Error));
        var handled = await bus.HappenedAsync(MessageEventKind.Handled, 19);
        Assert.DoesNotContain(13, handled.Select(NumberOf));
    }

    /// <summary>A body that cannot be decoded goes to the dead letters at once, as it came, with the reason.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_poison_body_is_dead_lettered_as_it_came()
    {
        var (channel, dead) = (await OpenAsync(), await OpenAsync());
        var poison = new Envelope(Sample.NewId(), Type, "{\"number\": "u8.ToArray()) { Key = "key", Source = "/elsewhere" };
        poison.Headers.Set("tenant", "Ähre");
        await SendAsync(channel, poison);
        await using var bus = await StartAsync(channel, kit => Consume(kit, channel.CreateReceiver)
            .UseDeadLetter(_ => new ChannelDestination("dead", dead.CreateSender))
            .Handle<Numbered>(Type, (_, _, _) => default));
        await bus.HappenedAsync(MessageEventKind.DeadLettered, 1);

        var letter = await Consume(dead).TakeOneAsync();
        Assert.Equal((poison.Id, poison.Type, poison.Key, poison.Source, "Ähre"), (letter.Id, letter.Type, letter.Key, letter.Source, letter.Headers["tenant"]));
        Sample.AssertSameBody(poison, letter);
        Assert.Equal(("poison", "1", "conformance:source"), (letter.Headers[HeaderNames.DeadLetterReason], letter.Headers[HeaderNames.DeadLetterCount], letter.Headers[HeaderNames.DeadLetterSource]));
        Assert.Equal(typeof(PoisonMessageException).FullName, letter.Headers[HeaderNames.DeadLetterException]);
        await bus.HappenedAsync(MessageEventKind.Acknowledged, 1);
    }

    /// <summary>A message that keeps failing has its deliveries, no more and no less, and then goes to the dead letters.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_message_that_keeps_failing_has_its_deliveries_and_is_dead_lettered()
    {
        var (channel, dead) = (await OpenAsync(), await OpenAsync());
        var attempts = 0;
        await using var bus = await StartAsync(channel, kit =>
        {
            Publish(kit, channel.CreateSender);
            Consume(kit, channel.CreateReceiver)
                .UseDeadLetter(_ => new ChannelDestination("dead", dead.CreateSender), maxDeliveries: 3)
                .UseRedelivery(BackOff.None)
                .Handle<Numbered>(Type, (_, _, _) =>
                {
                    Interlocked.Increment(ref attempts);
                    throw new InvalidOperationException("Not today.");
                });
        });
        await bus.PublishAsync(new Numbered(0, "key"));
        await bus.HappenedAsync(MessageEventKind.Acknowledged, 1);
        Assert.Equal(3, attempts);
        var letter = await Consume(dead).TakeOneAsync();
        Assert.Equal(("exhausted", "3", "Not today."), (letter.Headers[HeaderNames.DeadLetterReason], letter.Headers[HeaderNames.DeadLetterCount], letter.Headers[HeaderNames.DeadLetterMessage]));
    }

    /// <summary>What middleware did to the headers of a failed delivery is not there at the next.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Changed_headers_do_not_leak_into_a_redelivery()
    {
        var channel = await OpenAsync();
        var seen = new ConcurrentQueue<string?>();
        await using var bus = await StartAsync(channel, kit =>
        {
            Publish(kit, channel.CreateSender);
            Consume(kit, channel.CreateReceiver)
                .UseRedelivery(BackOff.None)
                .Use((context, next) =>
                {
                    seen.Enqueue(context.Headers["touched"]);
                    context.Headers.Set("touched", "yes");
                    return next(context);
                })
                .Handle<Numbered>(Type, (_, context, _) => context.DeliveryCount == 1 ? throw new InvalidOperationException("Once.") : default);
        });
        await bus.PublishAsync(new Numbered(0, "key"));
        await bus.HappenedAsync(MessageEventKind.Handled, 1);
        Assert.Equal([null, null], seen);
    }

    /// <summary>Messages of a key are handled in their order, though one in four fails at first, and deliveries of those behind are not held against them.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task Order_within_a_key_holds_when_handlers_fail()
    {
        const int Keys = 3, Count = 12;
        var (channel, dead) = (await OpenAsync(new ChannelOptions { Ordered = true }), await OpenAsync(new ChannelOptions { Ordered = true }));
        ReceiverNeeds(Consume(channel).Receiver, TransportFeatures.Ordering);
        var handled = new ConcurrentQueue<Numbered>();
        var failed = new ConcurrentDictionary<Numbered, bool>();
        await using var bus = await StartAsync(channel, kit =>
        {
            Publish(kit, channel.CreateSender);
            Consume(kit, channel.CreateReceiver)
                .UseDeadLetter(_ => new ChannelDestination("dead", dead.CreateSender), maxDeliveries: 3)
                .UseRedelivery(BackOff.None)
                .Handle<Numbered>(Type, (message, _, _) =>
                {
                    if (message.Number % 4 == 1 && failed.TryAdd(message, true))
                    {
                        throw new InvalidOperationException("Once.");
                    }

                    handled.Enqueue(message);
                    return default;
                });
        });
        await bus.PublishAsync([.. Enumerable.Range(0, Keys * Count).Select(number => new Numbered(number / Keys, $"key-{number % Keys}"))]);
        await bus.HappenedAsync(MessageEventKind.Handled, Keys * Count, TimeSpan.FromSeconds(30));
        Assert.All(handled.GroupBy(message => message.Key), key => Assert.Equal(Enumerable.Range(0, Count), key.Select(message => message.Number)));
        Assert.Equal(Keys * Count, handled.Count);
        Assert.DoesNotContain(bus.Harness.Events, e => e.Kind == MessageEventKind.DeadLettered);
    }

    /// <summary>While the head of a key stays away, other keys go on.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_failing_key_does_not_hold_up_others()
    {
        var channel = await OpenAsync(new ChannelOptions { Ordered = true });
        ReceiverNeeds(Consume(channel).Receiver, TransportFeatures.Ordering);
        await using var bus = await StartAsync(channel, kit =>
        {
            Publish(kit, channel.CreateSender);
            Consume(kit, channel.CreateReceiver)
                .UseRedelivery(BackOff.Constant(TimeSpan.FromMinutes(10)))
                .Handle<Numbered>(Type, (message, _, _) => message.Key == "bad" ? throw new InvalidOperationException("Not for a while.") : default);
        });
        await bus.PublishAsync([.. Enumerable.Range(0, 5).Select(number => new Numbered(number, "bad")), .. Enumerable.Range(0, 10).Select(number => new Numbered(number, "good"))]);
        var handled = await bus.HappenedAsync(MessageEventKind.Handled, 10);
        Assert.Equal(Enumerable.Range(0, 10), handled.Select(NumberOf));
        Assert.Single(await bus.HappenedAsync(MessageEventKind.Returned, 1));
    }

    /// <summary>A consumer that stops finishes what it handles and gives back what it only holds: the next one gets it at once, and nothing is missing.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task What_a_stopping_consumer_holds_goes_on_elsewhere()
    {
        const int Count = 40;
        var channel = await OpenAsync();
        var handled = new ConcurrentQueue<int>();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var busy = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = await StartAsync(channel, kit =>
        {
            Publish(kit, channel.CreateSender);
            Consume(kit, channel.CreateReceiver).Configure(options => options.Concurrency = 2).Handle<Numbered>(Type, async (message, _, _) =>
            {
                busy.TrySetResult(true);
                await release.Task;
                handled.Enqueue(message.Number);
            });
        });
        await first.PublishAsync(Numbers(Count));
        await first.WithinAsync(busy.Task, "A handler should have begun");
        var consumer = first.Consumers["source"];
        var stop = first.StopAsync();
        await UntilAsync(() => consumer.InFlight <= 2);
        release.SetResult();
        await stop;
        await first.DisposeAsync();
        var before = handled.Count;
        Assert.InRange(before, 1, Count - 1);

        await using var second = await StartAsync(channel, kit => Consume(kit, channel.CreateReceiver).Handle<Numbered>(Type, (message, _, _) =>
        {
            handled.Enqueue(message.Number);
            return default;
        }));
        await second.HappenedAsync(MessageEventKind.Acknowledged, Count - before);
        Assert.Equal(Enumerable.Range(0, Count), handled.Order());
    }

    /// <summary>A handler may take longer than a lease: the message is not delivered again meanwhile.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_handler_may_outlast_the_lease()
    {
        var channel = await OpenAsync(new ChannelOptions { Lease = ShortLease });
        ReceiverNeeds(Consume(channel).Receiver, TransportFeatures.Lease);
        var started = 0;
        await using var bus = await StartAsync(channel, kit =>
        {
            Publish(kit, channel.CreateSender);
            Consume(kit, channel.CreateReceiver).Handle<Numbered>(Type, async (_, _, cancellationToken) =>
            {
                Interlocked.Increment(ref started);
                await Task.Delay(ShortLease * 2.5, channel.Time, cancellationToken);
            });
        });
        await bus.PublishAsync(new Numbered(0, "key"));
        await bus.HappenedAsync(MessageEventKind.Acknowledged, 1, ShortLease * 3);
        Assert.Equal(1, started);
    }

    /// <summary>A message whose ack was lost comes again, is recognised, and is not handled twice.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_message_whose_ack_was_lost_is_recognised()
    {
        var channel = await OpenAsync(new ChannelOptions { Lease = ShortLease });
        ReceiverNeeds(Consume(channel).Receiver, TransportFeatures.Lease);
        var lost = new ConcurrentDictionary<string, bool>();
        await using var bus = await StartAsync(channel, kit =>
        {
            Publish(kit, channel.CreateSender);
            Consume(kit, () => new FaultyReceiver(channel.CreateReceiver(), losesAck: envelope => lost.TryAdd(envelope.Id, true)))
                .UseIdempotency()
                .Handle<Numbered>(Type, (_, _, _) => default);
        });
        await bus.PublishAsync(Numbers(5));
        await bus.HappenedAsync(MessageEventKind.DuplicateSuppressed, 5, ShortLease * 3);
        AssertHandledOnce(bus, 5);
    }

    /// <summary>A source that fails for a while is tried again, which shows, and then consumed from.</summary>
    /// <returns>A task for the test.</returns>
    [Behaviour]
    public async Task A_consumer_comes_back_when_its_source_does()
    {
        var channel = await OpenAsync();
        ReceiverNeeds(Consume(channel).Receiver, TransportFeatures.Lease);
        var isDown = true;
        await using var bus = await StartAsync(channel, kit =>
        {
            Publish(kit, channel.CreateSender);
            Consume(kit, () => new FaultyReceiver(channel.CreateReceiver(), receiveFault: _ => Volatile.Read(ref isDown) ? new TransportException(FailureKind.Transient, "The broker is down.") : null))
                .Handle<Numbered>(Type, (_, _, _) => default);
        });
        await bus.PublishAsync(Numbers(10));
        var consumer = bus.Consumers["source"];
        await channel.PassUntilAsync(UntilAsync(() => consumer.State == ConsumerState.Reconnecting), Harness.Patience, Token);
        Assert.Equal(ConsumerState.Reconnecting, consumer.State);
        Assert.Equal("The broker is down.", consumer.LastFailure?.Message);
        Volatile.Write(ref isDown, false);
        await bus.HappenedAsync(MessageEventKind.Handled, 10, TimeSpan.FromSeconds(30));
        Assert.Equal(ConsumerState.Consuming, consumer.State);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Token);
        }
    }

    private static Numbered[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(number => new Numbered(number, $"key-{number}"))];

    private static int NumberOf(MessageEvent e) => ((Numbered)e.Message!).Number;

    private static void Publish(MessagingBuilder kit, Func<ITransportSender> createSender) =>
        kit.Publish<Numbered>(Type, _ => new ChannelDestination("destination", createSender)).KeyBy(message => message.Key);

    private ConsumeBuilder Consume(MessagingBuilder kit, Func<ITransportReceiver> createReceiver) =>
        kit.Consume(_ => new ChannelSource("source", createReceiver)).Configure(options => options.Receivers = Harness.ConcurrentReceives);

    private static void AssertHandledOnce(BusUnderTest bus, int count) =>
        Assert.Equal(Enumerable.Range(0, count), bus.Harness.Events.Where(e => e.Kind == MessageEventKind.Handled).Select(NumberOf).Order());

    private Task<BusUnderTest> StartAsync(TransportChannel channel, Action<MessagingBuilder> configure) =>
        BusUnderTest.StartAsync(channel, Harness.Patience, configure, Token);
}
