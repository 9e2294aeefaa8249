using Messaging.Kit.Consuming;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Consuming;

/// <summary>Acknowledgements to a source with leases share their calls, which cost: none waits in vain, and none waits long.</summary>
public sealed class AcknowledgementTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly LeasingReceiver _receiver = new();

    [Fact]
    public async Task Those_of_a_burst_leave_in_full_calls()
    {
        await using var pump = await StartWarm(options => (options.Concurrency, options.Prefetch) = (1, 100));
        _receiver.Deliver([.. Enumerable.Range(0, 100).Select(number => $"{number}")]);
        await Wait.Until(() => pump.Consumer.InFlight == 100);
        for (var number = 0; number < 100; number++)
        {
            (await pump.Next($"{number}")).Succeed();
        }

        await pump.Settled();
        Assert.Equal(100, _receiver.Acked.Count(id => id != "warm"));
        Assert.Equal(Enumerable.Repeat(10, 10), _receiver.SettleCalls.Skip(1));
    }

    [Fact]
    public async Task The_last_in_hand_takes_the_others_along()
    {
        await using var pump = await StartWarm();
        _receiver.Deliver("1", "2", "3");
        var handlings = await pump.Next(3);
        handlings["2"].Succeed();
        handlings["1"].Succeed();
        await Wait.Until(() => pump.Consumer.Handling == 1);
        Assert.Equal(["warm"], _receiver.Acked);
        handlings["3"].Succeed();
        await pump.Settled();
        Assert.Equal([1, 3], _receiver.SettleCalls);
    }

    [Fact]
    public async Task A_slow_handler_holds_the_others_up_for_a_moment_only()
    {
        await using var pump = await StartWarm();
        _receiver.Deliver("quick", "slow");
        var handlings = await pump.Next(2);
        handlings["quick"].Succeed();
        await Wait.Until(() => pump.Clock.Waits.Contains(10 * Millisecond));
        Assert.Equal(["warm"], _receiver.Acked);
        pump.Clock.Advance(10 * Millisecond);
        await Wait.Until(() => pump.Consumer.InFlight == 1);
        Assert.Equal(["warm", "quick"], _receiver.Acked);
        handlings["slow"].Succeed();
        await pump.Settled();
    }

    [Fact]
    public async Task A_return_takes_them_along()
    {
        await using var pump = await StartWarm();
        _receiver.Deliver("good", "bad", "slow");
        var handlings = await pump.Next(3);
        handlings["good"].Succeed();
        await Wait.Until(() => pump.Consumer.Handling == 2);
        handlings["bad"].Fail();
        await Wait.Until(() => pump.Consumer.InFlight == 1);
        Assert.Equal([1, 2], _receiver.SettleCalls);
        handlings["slow"].Succeed();
        await pump.Settled();
    }

    [Fact]
    public async Task The_end_of_a_lane_does_not_wait_for_the_source_holds_the_next_of_its_key_back()
    {
        _receiver.Features |= TransportFeatures.Ordering;
        await using var pump = await StartWarm();
        _receiver.Deliver(FakeReceiver.Message("1", "hot"), FakeReceiver.Message("2", "hot"), FakeReceiver.Message("slow", "cold"));
        var first = await pump.Next(2);
        first["1"].Succeed();
        var second = await pump.Next("2");
        Assert.Equal(["warm"], _receiver.Acked);
        second.Succeed();
        await Wait.Until(() => pump.Consumer.InFlight == 1);
        Assert.Equal(["warm", "1", "2"], _receiver.Acked);
        first["slow"].Succeed();
        await pump.Settled();
    }

    /// <summary>By their number, and by their bytes.</summary>
    [Theory]
    [InlineData(30, 1_000_000, 60)]
    [InlineData(1_000, 1_000, 20)]
    public async Task Those_under_way_make_room_for_as_many_again_and_no_more(int prefetch, int bytes, int most)
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _receiver.OnSettle = (_, _) => new(answer.Task);
        await using var pump = Pump.Start(_receiver, options => (options.Concurrency, options.Prefetch, options.PrefetchBytes, options.Receivers) = (2, prefetch, bytes, 1));
        _receiver.Deliver([.. Enumerable.Range(0, 100).Select(number => FakeReceiver.Message($"{number}", body: new byte[100]))]);
        for (var handled = 0; handled < most; handled++)
        {
            (await pump.Next()).Succeed();
        }

        await Wait.Until(() => pump.Consumer.Handling == 0);
        Assert.Equal((most, 100 - most), (pump.Consumer.InFlight, _receiver.Waiting));

        answer.SetResult();
        for (var handled = most; handled < 100; handled++)
        {
            (await pump.Next()).Succeed();
        }

        await pump.Settled();
        Assert.Equal(100, _receiver.Acked.Count());
    }

    /// <summary>A consumer that has settled once, and knows how many fill a call.</summary>
    private async Task<Pump> StartWarm(Action<ConsumerOptions>? configure = null)
    {
        var pump = Pump.Start(_receiver, configure);
        _receiver.Deliver("warm");
        (await pump.Next("warm")).Succeed();
        await pump.Settled();
        return pump;
    }
}
