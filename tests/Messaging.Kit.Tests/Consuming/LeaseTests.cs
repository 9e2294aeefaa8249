using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Tests.Consuming;

/// <summary>Leases are kept from receive to settlement, and when one is lost the handler learns of it.</summary>
public sealed class LeaseTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly LeasingReceiver _receiver = new();

    [Fact]
    public async Task Lease_is_renewed_at_its_half_for_as_long_as_the_message_is_held()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = await pump.Next();
        pump.Clock.Advance(14 * Second);
        Assert.Empty(_receiver.Renewals);
        for (var round = 1; round <= 10; round++)
        {
            await PassHalf(pump);
            await Wait.Until(() => _receiver.Renewals.Count == round);
        }

        Assert.False(handling.CancellationToken.IsCancellationRequested);
        handling.Succeed();
        await pump.Settled();
        pump.Clock.Advance(100 * Second);
        Assert.Equal(10, _receiver.Renewals.Count);
        Assert.Equal(["1"], _receiver.Acked);
    }

    [Fact]
    public async Task Messages_that_wait_are_renewed_too_in_batches()
    {
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (1, 30));
        _receiver.Deliver([.. Enumerable.Range(0, 25).Select(number => $"{number}")]);
        await pump.Next();
        await Wait.Until(() => pump.Consumer.InFlight == 25);
        await PassHalf(pump);

        await Wait.Until(() => _receiver.Renewals.Sum(ids => ids.Length) == 25);
        Assert.Equal(25, _receiver.Renewals.SelectMany(ids => ids).Distinct().Count());
        Assert.Equal([5, 10, 10], _receiver.Renewals.Select(ids => ids.Length).Order());
    }

    [Fact]
    public async Task Message_is_renewed_until_its_acknowledgement_has_arrived()
    {
        var gate = new TaskCompletionSource();
        _receiver.OnSettle = (_, _) => new(gate.Task);
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        (await pump.Next()).Succeed();
        await Wait.Until(() => _receiver.SettleCalls.Count == 1);
        await PassHalf(pump);
        await Wait.Until(() => _receiver.Renewals.Count == 1);

        gate.SetResult();
        await pump.Settled();
        pump.Clock.Advance(100 * Second);
        Assert.Single(_receiver.Renewals);
    }

    [Fact]
    public async Task Lost_lease_cancels_the_handler_and_nothing_is_settled()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = (await pump.Next()).Obey();
        LoseAll();
        await PassHalf(pump);

        await Wait.Until(() => handling.CancellationToken.IsCancellationRequested);
        await pump.Settled();
        Assert.Empty(_receiver.Settlements);
        Assert.True(pump.Log.Has(LogLevel.Warning, "The lease of message 1 of pump is lost"));
    }

    [Fact]
    public async Task Message_whose_lease_is_lost_is_not_acknowledged_even_when_its_handler_succeeds()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = await pump.Next();
        LoseAll();
        await PassHalf(pump);
        await Wait.Until(() => handling.CancellationToken.IsCancellationRequested);
        handling.Succeed();

        await pump.Settled();
        Assert.Empty(_receiver.Settlements);
    }

    [Fact]
    public async Task Message_whose_lease_is_lost_while_it_waits_is_not_handled()
    {
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (1, 10));
        _receiver.Deliver("1", "2", "3");
        var first = await pump.Next("1");
        _receiver.OnRenew = (batch, _) =>
        {
            Fail(batch, "2", FailureKind.NotFound);
            return default;
        };
        await PassHalf(pump);
        await Wait.Until(() => pump.Log.Has(LogLevel.Warning, "The lease of message 2"));
        first.Succeed();

        (await pump.Next("3")).Succeed();
        await pump.Settled();
        Assert.Equal(["1", "3"], _receiver.Acked);
        Assert.Empty(_receiver.Returned);
    }

    [Fact]
    public async Task Lost_lease_gives_back_those_of_the_key_behind_it()
    {
        _receiver.Features = TransportFeatures.Ordering | TransportFeatures.Redelivery | TransportFeatures.Lease;
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver(FakeReceiver.Message("1", "a"), FakeReceiver.Message("2", "a"), FakeReceiver.Message("3", "a"));
        var handling = (await pump.Next("1")).Obey();
        _receiver.OnRenew = (batch, _) =>
        {
            Fail(batch, "1", FailureKind.NotFound);
            return default;
        };
        await PassHalf(pump);

        await pump.Settled();
        Assert.Equal(["nack 3", "nack 2"], _receiver.Settlements.Select(settled => settled.ToString()));
        Assert.True(handling.CancellationToken.IsCancellationRequested);
    }

    [Fact]
    public async Task Renewal_that_fails_in_passing_is_tried_again_while_the_lease_lasts()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = await pump.Next();
        var calls = 0;
        _receiver.OnRenew = (batch, _) =>
        {
            if (++calls == 1)
            {
                throw new TransportException(FailureKind.Throttled, "whole call");
            }

            if (calls == 2)
            {
                Fail(batch, "1", FailureKind.Transient);
            }

            return default;
        };
        await PassHalf(pump);
        for (var round = 2; round <= 3; round++)
        {
            // A tenth of the lease after the failure.
            await pump.Clock.Pass(wait => wait > 2 * Second && wait < 4 * Second);
            await Wait.Until(() => Volatile.Read(ref calls) == round);
        }

        await PassHalf(pump);
        await Wait.Until(() => calls == 4);
        Assert.False(handling.CancellationToken.IsCancellationRequested);
        Assert.True(pump.Log.Has(LogLevel.Warning, "could not be renewed"));
        handling.Succeed();
        await pump.Settled();
        Assert.Equal(["1"], _receiver.Acked);
    }

    [Fact]
    public async Task Renewal_that_never_succeeds_loses_the_lease_when_it_ends()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var received = pump.Clock.GetUtcNow();
        var handling = (await pump.Next()).Obey();
        _receiver.OnRenew = (_, _) => throw new TransportException(FailureKind.Transient, "the broker is away");
        while (!handling.CancellationToken.IsCancellationRequested)
        {
            await pump.Clock.Pass();
            await Wait.Until(() => handling.CancellationToken.IsCancellationRequested || pump.Clock.Waits.Count > 0);
        }

        Assert.InRange((pump.Clock.GetUtcNow() - received).TotalSeconds, 29.9, 31);
        await pump.Settled();
        Assert.Empty(_receiver.Settlements);
    }

    [Fact]
    public async Task Renewal_that_hangs_is_given_up_when_the_lease_ends()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = (await pump.Next()).Obey();
        _receiver.OnRenew = async (_, cancellationToken) => await Task.Delay(Timeout.Infinite, cancellationToken);
        await PassHalf(pump);
        await Wait.Until(() => _receiver.Renewals.Count == 1);
        Assert.False(handling.CancellationToken.IsCancellationRequested);
        await pump.Clock.Pass(wait => wait > 14 * Second);
        await pump.Clock.Pass();

        await Wait.Until(() => handling.CancellationToken.IsCancellationRequested);
        await pump.Settled();
        Assert.Empty(_receiver.Settlements);
    }

    [Fact]
    public async Task Process_that_was_asleep_for_longer_than_the_lease_loses_it_and_recovers()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = (await pump.Next()).Obey();
        pump.Clock.Advance(TimeSpan.FromMinutes(10));
        await Wait.Until(() => handling.CancellationToken.IsCancellationRequested);
        await pump.Settled();

        _receiver.Deliver("2");
        var next = await pump.Next("2");
        await PassHalf(pump);
        await Wait.Until(() => _receiver.Renewals.Count == 1);
        next.Succeed();
        await pump.Settled();
        Assert.Equal(["2"], _receiver.Acked);
    }

    [Fact]
    public async Task Lease_ends_at_the_transport_s_longest()
    {
        _receiver.MaxLease = 70 * Second;
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var received = pump.Clock.GetUtcNow();
        var handling = (await pump.Next()).Obey();
        while (!handling.CancellationToken.IsCancellationRequested)
        {
            var before = _receiver.Renewals.Count;
            await pump.Clock.Pass();
            await Wait.Until(() => handling.CancellationToken.IsCancellationRequested || _receiver.Renewals.Count > before);
            await Wait.Until(() => handling.CancellationToken.IsCancellationRequested || pump.Clock.Waits.Count > 0);
        }

        Assert.InRange((pump.Clock.GetUtcNow() - received).TotalSeconds, 69.9, 71);
        Assert.InRange(_receiver.Renewals.Count, 3, 4);
        await pump.Settled();
        Assert.Empty(_receiver.Settlements);
    }

    [Fact]
    public async Task Transport_without_a_longest_lease_is_renewed_for_ever()
    {
        _receiver.MaxLease = TimeSpan.MaxValue;
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = await pump.Next();
        for (var round = 1; round <= 5; round++)
        {
            await PassHalf(pump);
            await Wait.Until(() => _receiver.Renewals.Count == round);
        }

        Assert.False(handling.CancellationToken.IsCancellationRequested);
        handling.Succeed();
        await pump.Settled();
    }

    [Fact]
    public async Task Return_is_never_undone_by_a_renewal_that_is_under_way()
    {
        var gate = new TaskCompletionSource();
        _receiver.OnRenew = (_, _) => new(gate.Task);
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = await pump.Next();
        await PassHalf(pump);
        await Wait.Until(() => _receiver.Renewals.Count == 1);
        handling.Fail();
        await Wait.Until(() => pump.Log.Has(LogLevel.Warning, "Message 1 of pump failed"));
        Assert.Empty(_receiver.SettleCalls);

        gate.SetResult();
        await pump.Settled();
        Assert.Equal(["1"], _receiver.Returned);
        pump.Clock.Advance(100 * Second);
        Assert.Single(_receiver.Renewals);
    }

    [Fact]
    public async Task Return_that_waited_for_a_renewal_which_found_the_lease_lost_is_not_sent()
    {
        var gate = new TaskCompletionSource();
        _receiver.OnRenew = async (batch, _) =>
        {
            await gate.Task;
            Fail(batch, "1", FailureKind.NotFound);
        };
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1", "2");
        var handlings = await pump.Next(2);
        await PassHalf(pump);
        await Wait.Until(() => _receiver.Renewals.Count == 1);
        handlings["2"].Fail();
        await Wait.Until(() => pump.Log.Has(LogLevel.Warning, "Message 2 of pump failed"));
        gate.SetResult();

        await Wait.Until(() => handlings["1"].CancellationToken.IsCancellationRequested);
        handlings["1"].Fail();
        await pump.Settled();
        Assert.Equal(["2"], _receiver.Returned);
    }

    [Fact]
    public async Task Settled_messages_are_not_reported_as_lost()
    {
        var gate = new TaskCompletionSource();
        _receiver.OnRenew = async (batch, _) =>
        {
            await gate.Task;
            Fail(batch, "1", FailureKind.NotFound);
        };
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver("1");
        var handling = await pump.Next();
        await PassHalf(pump);
        await Wait.Until(() => _receiver.Renewals.Count == 1);
        handling.Succeed();
        await pump.Settled();
        gate.SetResult();
        await pump.Stop();

        Assert.False(pump.Log.Has(LogLevel.Warning, "lost"));
    }

    [Fact]
    public async Task Slow_call_does_not_hold_up_the_renewal_of_others()
    {
        var gate = new TaskCompletionSource();
        _receiver.OnRenew = (batch, _) => batch[0].Id == "0" ? new(gate.Task) : default;
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (1, 40));
        _receiver.Deliver([.. Enumerable.Range(0, 40).Select(number => $"{number}")]);
        await pump.Next();
        await Wait.Until(() => pump.Consumer.InFlight == 40);
        await PassHalf(pump);

        await Wait.Until(() => _receiver.Renewals.Sum(ids => ids.Length) == 40);
        gate.SetResult();
    }

    [Fact]
    public async Task Leases_of_a_changing_load_are_all_kept()
    {
        // Messages come and go while time passes; each is renewed at half of its lease, and none when it has gone.
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch) = (50, 50));
        var leased = new ConcurrentDictionary<string, DateTimeOffset>();
        _receiver.OnRenew = (batch, _) =>
        {
            for (var i = 0; i < batch.Count; i++)
            {
                leased[batch[i].Id] = pump.Clock.GetUtcNow();
            }

            return default;
        };
        var random = new Random(7);
        var held = new Dictionary<string, Handling>();
        for (var round = 0; round < 200; round++)
        {
            if (held.Count < 40)
            {
                leased[$"{round}"] = pump.Clock.GetUtcNow();
                _receiver.Deliver($"{round}");
                held.Add($"{round}", await pump.Next($"{round}"));
            }

            foreach (var (id, handling) in held.Where(_ => random.Next(20) == 0).ToList())
            {
                handling.Succeed();
                held.Remove(id);
            }

            pump.Clock.Advance(TimeSpan.FromMilliseconds(random.Next(3000)));

            // Half of a lease, and what the clock may have moved on while the keeper was setting its timer.
            await Wait.Until(() => held.Keys.All(id => pump.Clock.GetUtcNow() - leased[id] <= TimeSpan.FromSeconds(20)));
        }

        Assert.DoesNotContain(held.Values, handling => handling.CancellationToken.IsCancellationRequested);
        Assert.False(pump.Log.Has(LogLevel.Warning, "lost"));
        foreach (var handling in held.Values)
        {
            handling.Succeed();
        }

        await pump.Settled();
    }

    // The keeper waits for half of a lease and a millisecond; a renewal under way has its own waits.
    private static Task<TimeSpan> PassHalf(Pump pump) => pump.Clock.Pass(wait => wait == TimeSpan.FromMilliseconds(15_001));

    private void LoseAll() => _receiver.OnRenew = (batch, _) =>
    {
        for (var i = 0; i < batch.Count; i++)
        {
            batch.Fail(i, new TransportException(FailureKind.NotFound, "the receipt is not valid any more"));
        }

        return default;
    };

    private static void Fail(TransportBatch<ReceivedEnvelope> batch, string id, FailureKind kind)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Id == id)
            {
                batch.Fail(i, new TransportException(kind, "scripted"));
            }
        }
    }
}
