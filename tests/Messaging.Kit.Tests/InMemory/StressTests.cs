using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.InMemory;

/// <summary>Many at once; in the end the books are balanced to the message.</summary>
public sealed class StressTests
{
    private const int Senders = 4;
    private const int Receivers = 4;
    private const int PerSender = 5_000;
    private const int Total = Senders * PerSender;

    private readonly Bench _bench = new();

    [Fact]
    public async Task Every_message_is_acknowledged_once_and_every_delivery_is_counted()
    {
        var queue = _bench.Declare(Bench.Queue, options => (options.WaitTime, options.VisibilityTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)));
        var acked = new ConcurrentDictionary<string, int>();
        var deliveries = new ConcurrentDictionary<string, ConcurrentBag<int>>();
        using var done = new CancellationTokenSource();
        var work = Receive(Bench.Queue, done, async (receiver, received, random) =>
        {
            foreach (var envelope in received)
            {
                deliveries.GetOrAdd(envelope.Id, _ => []).Add(envelope.DeliveryCount);
            }

            // Some are returned, some are forgotten until their lease ends, the rest is done.
            var kept = received.Where(_ => random.Next(20) != 0).ToArray();
            if (kept.Length == 0)
            {
                return;
            }

            var batch = new TransportBatch<SettledEnvelope>(
                [.. kept.Select(envelope => new SettledEnvelope(envelope, random.Next(10) == 0 ? Settlement.Nack(TimeSpan.FromSeconds(random.Next(3))) : Settlement.Ack))]);
            await receiver.SettleAsync(batch, Bench.Stop);
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch.FailureOf(i) is { } failure)
                {
                    Assert.Equal(FailureKind.NotFound, Assert.IsType<TransportException>(failure).Kind);
                }
                else if (batch[i].Settlement.IsAck)
                {
                    acked.AddOrUpdate(batch[i].Envelope.Id, 1, (_, count) => count + 1);
                }
            }
        });

        await Send(Bench.Queue, _ => null);
        await TurnTheClockUntil(() => acked.Count == Total && queue.Backlog.Total == 0, done, work);

        Assert.All(acked, pair => Assert.Equal(1, pair.Value));
        Assert.Equal(Total, deliveries.Count);
        Assert.All(deliveries, pair => Assert.Equal(Enumerable.Range(1, pair.Value.Count), pair.Value.Order()));
        Assert.Contains(deliveries, pair => pair.Value.Count > 2);
    }

    [Fact]
    public async Task Order_of_every_key_holds_through_chaos()
    {
        var queue = _bench.Declare(Bench.Fifo, options => (options.WaitTime, options.VisibilityTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)));
        _bench.Broker.Faults.Chaos(4711, 0.05, 0.05, 0.02);
        var acks = new ConcurrentDictionary<(string Key, int Number), (int Started, int Ended)>();
        var tick = 0;
        using var done = new CancellationTokenSource();
        var work = Receive(Bench.Fifo, done, async (receiver, received, random) =>
        {
            foreach (var group in received.GroupBy(envelope => envelope.Key!))
            {
                var inOrder = group.Select(Number).ToArray();
                Assert.Equal(inOrder.Order(), inOrder);
                var failed = false;
                foreach (var envelope in group)
                {
                    // A failure returns the rest of the group, or forgets it.
                    failed |= random.Next(50) == 0;
                    if (failed && random.Next(2) == 0)
                    {
                        break;
                    }

                    var settlement = failed ? Settlement.Nack(TimeSpan.FromSeconds(random.Next(2))) : Settlement.Ack;
                    var started = Interlocked.Increment(ref tick);
                    if (!await Settle(receiver, envelope, settlement))
                    {
                        // The lease is over: the rest of the group is somebody else's by now.
                        break;
                    }

                    if (settlement.IsAck)
                    {
                        acks.TryAdd((group.Key, Number(envelope)), (started, Interlocked.Increment(ref tick)));
                    }
                }
            }
        });

        await Send(Bench.Fifo, number => $"k{number % 20}");
        await TurnTheClockUntil(() => acks.Count == Total && queue.Backlog.Total == 0, done, work);

        var keys = acks.GroupBy(ack => ack.Key.Key).ToArray();
        Assert.Equal(Senders * 20, keys.Length);
        foreach (var key in keys)
        {
            var inOrder = key.OrderBy(ack => ack.Key.Number).ToArray();
            Assert.Equal(Enumerable.Range(1, PerSender / 20), inOrder.Select(ack => ack.Key.Number));

            // Two receivers can be at it at once when a group changes hands, so only what ended before the other began is out of order.
            Assert.All(inOrder.Zip(inOrder.Skip(1)), pair => Assert.True(pair.First.Value.Started < pair.Second.Value.Ended, $"{pair}"));
        }

        static int Number(Envelope envelope) => int.Parse(envelope.Type);
    }

    [Fact]
    public async Task No_group_is_with_two_receivers_at_once()
    {
        var queue = _bench.Declare(Bench.Fifo, options => options.WaitTime = TimeSpan.FromSeconds(1));
        var holders = new ConcurrentDictionary<string, object>();
        var last = new ConcurrentDictionary<string, int>();
        using var done = new CancellationTokenSource();
        var work = Receive(Bench.Fifo, done, async (receiver, received, random) =>
        {
            var me = new object();
            foreach (var key in received.Select(envelope => envelope.Key!).Distinct())
            {
                Assert.True(holders.TryAdd(key, me), key);
            }

            await Task.Yield();
            foreach (var group in received.GroupBy(envelope => envelope.Key!))
            {
                // Nobody else can have it before the last is settled, so all but the last go first.
                var envelopes = group.ToArray();
                var returned = random.Next(4) == 0 ? random.Next(envelopes.Length) : envelopes.Length;
                for (var i = 0; i < envelopes.Length; i++)
                {
                    if (i < returned)
                    {
                        Assert.Equal(last.GetValueOrDefault(group.Key) + 1, int.Parse(envelopes[i].Type));
                        last[group.Key] = int.Parse(envelopes[i].Type);
                    }

                    if (i == envelopes.Length - 1)
                    {
                        Assert.True(holders.TryRemove(new(group.Key, me)));
                    }

                    Assert.True(await Settle(receiver, envelopes[i], i < returned ? Settlement.Ack : Settlement.Nack()));
                }
            }
        });

        await Send(Bench.Fifo, number => $"k{number % 5}");
        await WaitUntil(() => queue.Backlog.Total == 0, work);
        await done.CancelAsync();
        await Ended(work);

        Assert.Equal(Total, last.Values.Sum());
    }

    [Fact]
    public async Task What_is_never_acknowledged_is_dead_lettered()
    {
        var queue = _bench.Declare(Bench.Queue, options => (options.WaitTime, options.DeadLetterQueue, options.MaxReceiveCount) = (TimeSpan.FromSeconds(1), "dead", 3));
        var dead = _bench.Broker.GetQueue("dead");
        _bench.Broker.Faults.Chaos(42, 0.02, 0.02, 0);
        var acked = 0;
        using var done = new CancellationTokenSource();
        var work = Receive(Bench.Queue, done, async (receiver, received, random) =>
        {
            foreach (var envelope in received)
            {
                Assert.InRange(envelope.DeliveryCount, 1, 3);
                var settlement = random.Next(3) == 0 ? Settlement.Ack : Settlement.Nack();
                if (await Settle(receiver, envelope, settlement) && settlement.IsAck)
                {
                    Interlocked.Increment(ref acked);
                }
            }
        });

        await Send(Bench.Queue, _ => null);
        await TurnTheClockUntil(() => queue.Backlog.Total == 0, done, work);

        Assert.Equal(Total, acked + dead.Backlog.Waiting);
        Assert.Equal(dead.Backlog.Waiting, queue.DeadLetteredCount);
        Assert.InRange(dead.Backlog.Waiting, Total / 5, Total / 2);
    }

    [Fact]
    public async Task Cancelled_and_disposed_receives_strand_nothing()
    {
        var queue = _bench.Declare(Bench.Queue, options => options.WaitTime = TimeSpan.FromSeconds(1));
        var received = 0;
        using var done = new CancellationTokenSource();
        var work = Enumerable.Range(0, Receivers).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!done.IsCancellationRequested)
            {
                var receiver = _bench.Broker.CreateReceiver(Bench.Queue);
                for (var i = 0; i < 10; i++)
                {
                    using var source = new CancellationTokenSource();
                    var receive = receiver.ReceiveAsync(random.Next(1, 20), source.Token).AsTask();
                    var end = i == 9 ? receiver.DisposeAsync().AsTask() : Task.Run(source.Cancel, Bench.Stop);
                    try
                    {
                        Interlocked.Add(ref received, (await receive).Count);
                    }
                    catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
                    {
                        Assert.Equal(i == 9, exception is ObjectDisposedException);
                    }

                    await end;
                }
            }
        })).ToArray();

        await Send(Bench.Queue, _ => null);
        await done.CancelAsync();
        await Ended(work);

        Assert.Equal(new Backlog(Total - received, received, 0), queue.Backlog);
        Assert.True(received > 0);
    }

    [Fact]
    public async Task Messages_that_come_one_by_one_each_wake_one_who_waits()
    {
        var queue = _bench.Declare(Bench.Queue, options => options.WaitTime = TimeSpan.FromSeconds(1));
        var received = 0;
        var empty = 0;
        using var done = new CancellationTokenSource();
        var work = Receive(Bench.Queue, done, async (receiver, envelopes, _) =>
        {
            Interlocked.Add(ref received, envelopes.Count);
            Interlocked.Add(ref empty, envelopes.Count == 0 ? 1 : 0);
            if (envelopes.Count > 0)
            {
                await receiver.SettleAsync(new([.. envelopes.Select(envelope => new SettledEnvelope(envelope, Settlement.Ack))]), Bench.Stop);
            }
        });
        for (var i = 0; i < 2_000; i++)
        {
            await _bench.Send(Bench.Queue, null, $"{i}");
            if (i % 3 == 0)
            {
                await WaitUntil(() => Volatile.Read(ref received) == i + 1, work);
            }
        }

        await WaitUntil(() => queue.Backlog.Total == 0, work);
        await done.CancelAsync();
        await Ended(work);

        // The clock stood still: nobody was woken for nothing.
        Assert.Equal((2_000, 0), (received, empty));
    }

    private static async Task<bool> Settle(ITransportReceiver receiver, ReceivedEnvelope envelope, Settlement settlement)
    {
        while (true)
        {
            var batch = new TransportBatch<SettledEnvelope>(new SettledEnvelope(envelope, settlement));
            await receiver.SettleAsync(batch, Bench.Stop);
            switch (batch.FailureOf(0))
            {
                case null:
                    return true;
                case TransportException { Kind: FailureKind.Transient }:
                    continue;
                case var failure:
                    Assert.Equal(FailureKind.NotFound, Assert.IsType<TransportException>(failure).Kind);
                    return false;
            }
        }
    }

    private static async Task Ended(Task[] work)
    {
        try
        {
            await Task.WhenAll(work);
        }
        catch (OperationCanceledException)
        {
            // The receivers were told to stop; other failures are thrown first.
        }
    }

    private static async Task WaitUntil(Func<bool> condition, Task[] work)
    {
        while (!condition())
        {
            Bench.Stop.ThrowIfCancellationRequested();
            foreach (var failed in work.Where(task => task.IsFaulted))
            {
                await failed;
            }

            await Task.Yield();
        }
    }

    private Task[] Receive(string queue, CancellationTokenSource done, Func<ITransportReceiver, IReadOnlyList<ReceivedEnvelope>, Random, Task> handle) =>
        [.. Enumerable.Range(0, Receivers).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            await using var receiver = _bench.Broker.CreateReceiver(queue);
            while (true)
            {
                try
                {
                    await handle(receiver, await receiver.ReceiveAsync(random.Next(1, 30), done.Token), random);
                }
                catch (TransportException exception) when (exception.Kind == FailureKind.Throttled)
                {
                    await Task.Yield();
                }
            }
        }))];

    // Every sender has keys of its own, and sends the messages of a key one after the other; what fails is sent again first.
    private Task Send(string queue, Func<int, string?> key) => Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
    {
        var random = new Random(sender);
        await using var transport = _bench.Broker.CreateSender(queue);
        var numbers = new Dictionary<string, int>();
        var number = 0;
        var pending = new List<Envelope>();
        while (number < PerSender || pending.Count > 0)
        {
            var inBatch = pending.Select(envelope => envelope.Key).ToHashSet();
            var most = random.Next(1, 30);
            while (pending.Count < most && number < PerSender && (key(number) is null || inBatch.Add($"{sender}-{key(number)}")))
            {
                var own = key(number) is { } k ? $"{sender}-{k}" : null;
                var type = own is null ? "" : $"{numbers[own] = numbers.GetValueOrDefault(own) + 1}";
                pending.Add(new Envelope($"{sender}-{number++}", type, new byte[random.Next(200)]) { Key = own });
            }

            var batch = new TransportBatch<Envelope>([.. pending]);
            try
            {
                await transport.SendAsync(batch, Bench.Stop);
            }
            catch (TransportException exception) when (exception.Kind == FailureKind.Throttled)
            {
                continue;
            }

            pending = [.. pending.Where((_, i) => batch.FailureOf(i) is not null)];
        }
    })));

    private async Task TurnTheClockUntil(Func<bool> condition, CancellationTokenSource done, Task[] work)
    {
        await WaitUntil(
            () =>
            {
                _bench.Time.Advance(TimeSpan.FromMilliseconds(500));
                return condition();
            },
            work);
        await done.CancelAsync();
        await Ended(work);
    }
}
