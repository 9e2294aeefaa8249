using Messaging.Kit.Messages;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Consuming;

/// <summary>Lanes: one message of a key at a time, through failures and the stop, and other keys run on.</summary>
public sealed class OrderedConsumingTests
{
    private readonly FakeReceiver _receiver = new() { Features = TransportFeatures.Ordering | TransportFeatures.Redelivery };

    [Fact]
    public async Task Messages_of_a_key_are_handled_one_after_the_other_and_other_keys_in_parallel()
    {
        await using var pump = Pump.Start(_receiver);
        Deliver("a1", "a2", "a3", "b1", "b2", "c1");
        var heads = await pump.Next(3);
        Assert.Equal(["a1", "b1", "c1"], heads.Keys.Order());
        pump.AssertNone();

        heads["a1"].Succeed();
        var a2 = await pump.Next("a2");
        heads["b1"].Succeed();
        (await pump.Next("b2")).Succeed();
        heads["c1"].Succeed();
        a2.Succeed();
        (await pump.Next("a3")).Succeed();
        await pump.Settled();
        Assert.Equal(6, _receiver.Acked.Count());
    }

    [Fact]
    public async Task A_log_is_asked_by_one_call_at_a_time_lest_the_second_answer_overtakes_the_first()
    {
        var most = 0;
        var receiver = new FakeReceiver { Features = TransportFeatures.Ordering, Limits = new(BatchCount: 2, BatchBytes: int.MaxValue, MessageBytes: int.MaxValue) };
        receiver.OnReceive = async cancellationToken =>
        {
            most = Math.Max(most, receiver.Receiving);
            await Task.Delay(5, cancellationToken);
        };
        await using var pump = Pump.Start(receiver, options => (options.Receivers, options.Concurrency) = (4, 10), pipeline: _ => default);
        receiver.Deliver([.. Enumerable.Range(0, 20).Select(number => FakeReceiver.Message($"{number}", key: $"{number % 3}"))]);
        await Wait.Until(() => receiver.Acked.Count() == 20);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Messages_without_a_key_have_no_order()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1", "2", "3");
        Assert.Equal(3, (await pump.Next(3)).Count);
    }

    [Fact]
    public async Task Keys_mean_nothing_where_the_source_has_no_order()
    {
        _receiver.Features = TransportFeatures.Redelivery;
        await using var pump = Pump.Start(_receiver);
        Deliver("a1", "a2", "a3");
        Assert.Equal(3, (await pump.Next(3)).Count);
    }

    [Fact]
    public async Task After_a_failure_those_behind_go_back_first_the_last_of_them_first()
    {
        await using var pump = Pump.Start(_receiver);
        Deliver("a1", "a2", "a3", "a4", "b1");
        var heads = await pump.Next(2);
        heads["a1"].Fail();
        heads["b1"].Succeed();

        await pump.Settled();
        Assert.Equal(["a4", "a3", "a2", "a1"], _receiver.Returned);
        Assert.Equal(["b1"], _receiver.Acked);
        pump.AssertNone();
    }

    [Fact]
    public async Task Head_goes_back_only_when_those_behind_it_are_back()
    {
        var gate = new TaskCompletionSource();
        _receiver.OnSettle = (batch, _) => batch[0].Envelope.Id == "a1" ? default : new(gate.Task);
        await using var pump = Pump.Start(_receiver);
        Deliver("a1", "a2", "a3");
        (await pump.Next("a1")).Fail();
        await Wait.Until(() => _receiver.SettleCalls.Sum() == 2);
        Assert.Empty(_receiver.Returned);
        gate.SetResult();

        await pump.Settled();
        Assert.Equal("a1", _receiver.Returned.Last());
    }

    [Fact]
    public async Task Those_behind_a_failed_message_come_back_without_delay_and_it_itself_with_its_own()
    {
        await using var pump = Pump.Start(_receiver);
        Deliver("a1", "a2");
        var head = await pump.Next();
        head.Context.RedeliverAfter = TimeSpan.FromSeconds(3);
        head.Fail();

        await pump.Settled();
        Assert.Equal(["nack a2", "nack a1 00:00:03"], _receiver.Settlements.Select(settled => settled.ToString()));
    }

    [Fact]
    public async Task Key_is_free_again_after_a_failure()
    {
        await using var pump = Pump.Start(_receiver);
        Deliver("a1", "a2");
        (await pump.Next("a1")).Fail();
        await pump.Settled();
        Deliver("a1", "a2");
        (await pump.Next("a1")).Succeed();
        (await pump.Next("a2")).Succeed();

        await pump.Settled();
        Assert.Equal(["a1", "a2"], _receiver.Acked);
    }

    [Fact]
    public async Task Deliveries_that_were_given_back_unhandled_do_not_count()
    {
        await using var pump = Pump.Start(_receiver);
        for (var delivery = 1; delivery <= 4; delivery++)
        {
            Deliver(delivery, "a1", "a2");
            var head = await pump.Next("a1");
            Assert.Equal(delivery, head.Context.DeliveryCount);
            head.Fail();
            await pump.Settled();
        }

        Deliver(5, "a1", "a2");
        (await pump.Next("a1")).Succeed();
        var second = await pump.Next("a2");
        Assert.Equal(1, second.Context.DeliveryCount);
        Assert.Equal(5, second.Context.Envelope.DeliveryCount);
        second.Fail();
        await pump.Settled();

        Deliver(6, "a2");
        second = await pump.Next("a2");
        Assert.Equal(2, second.Context.DeliveryCount);
        second.Succeed();
        await pump.Settled();
    }

    [Fact]
    public async Task Acknowledged_message_takes_its_count_with_it()
    {
        await using var pump = Pump.Start(_receiver);
        Deliver("a1", "a2");
        (await pump.Next("a1")).Fail();
        await pump.Settled();
        Deliver(2, "a2");
        (await pump.Next("a2")).Succeed();
        await pump.Settled();

        // The same id again, redriven by somebody: what the source counts is doubtful, for nothing is known of it any more.
        Deliver(3, "a2");
        var again = await pump.Next("a2");
        Assert.Equal((1, 2), (again.Context.DeliveryCount, again.Context.DoubtfulDeliveries));
        again.Succeed();
        await pump.Settled();
    }

    [Fact]
    public async Task Order_holds_under_load_with_random_failures()
    {
        // A source like a FIFO queue: a key that has messages out is not delivered, and what comes back stands in its old place.
        var queue = new OrderedQueue(keys: 20, perKey: 100);
        var handled = new System.Collections.Concurrent.ConcurrentDictionary<string, List<int>>();
        var random = new Random(1);
        _receiver.OnSettle = (batch, _) =>
        {
            queue.Settle(batch);
            return default;
        };
        await using var pump = Pump.Start(
            _receiver,
            options => (options.Concurrency, options.Prefetch) = (8, 64),
            async context =>
            {
                bool fails, yields;
                lock (random)
                {
                    (fails, yields) = (random.Next(10) == 0, random.Next(3) == 0);
                }

                if (yields)
                {
                    await Task.Yield();
                }

                if (fails)
                {
                    context.RedeliverAfter = TimeSpan.Zero;
                    throw new InvalidOperationException("fails");
                }

                var numbers = handled.GetOrAdd(context.Envelope.Key!, _ => []);
                lock (numbers)
                {
                    numbers.Add(int.Parse(context.MessageId.Split('-')[1]));
                }
            });
        await Wait.Until(() =>
        {
            _receiver.Deliver(queue.Take(10));
            return queue.IsDone;
        });

        await pump.Settled();
        Assert.Equal(20, handled.Count);
        Assert.All(handled.Values, numbers => Assert.Equal(Enumerable.Range(0, 100), numbers));
    }

    private void Deliver(params string[] ids) => Deliver(1, ids);

    private void Deliver(int deliveryCount, params string[] ids) =>
        _receiver.Deliver([.. ids.Select(id => FakeReceiver.Message(id, id[..1], deliveryCount))]);

    private sealed class OrderedQueue(int keys, int perKey)
    {
        private readonly Dictionary<string, (SortedSet<int> Waiting, HashSet<int> Out)> _groups = Enumerable.Range(0, keys).ToDictionary(
            key => $"k{key}",
            _ => (new SortedSet<int>(Enumerable.Range(0, perKey)), new HashSet<int>()));

        public bool IsDone
        {
            get
            {
                lock (_groups)
                {
                    return _groups.Values.All(group => group.Waiting.Count == 0 && group.Out.Count == 0);
                }
            }
        }

        public ReceivedEnvelope[] Take(int most)
        {
            var taken = new List<ReceivedEnvelope>();
            lock (_groups)
            {
                foreach (var (key, group) in _groups.Where(pair => pair.Value.Out.Count == 0))
                {
                    foreach (var number in group.Waiting.Take(Math.Min(4, most - taken.Count)).ToList())
                    {
                        group.Waiting.Remove(number);
                        group.Out.Add(number);
                        taken.Add(FakeReceiver.Message($"{key}-{number}", key));
                    }
                }
            }

            return [.. taken];
        }

        public void Settle(TransportBatch<SettledEnvelope> batch)
        {
            lock (_groups)
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    var (envelope, settlement) = batch[i];
                    var (group, number) = (_groups[envelope.Key!], int.Parse(envelope.Id.Split('-')[1]));
                    Assert.True(group.Out.Remove(number), $"{envelope.Id} was settled twice.");
                    if (!settlement.IsAck)
                    {
                        group.Waiting.Add(number);
                    }
                }
            }
        }
    }
}
