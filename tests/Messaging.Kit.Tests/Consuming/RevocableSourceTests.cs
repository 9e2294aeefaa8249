using Messaging.Kit.Messages;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Consuming;

/// <summary>Sources that are logs, and take back what is held.</summary>
public sealed class RevocableSourceTests
{
    private readonly LogReceiver _receiver = new() { Features = TransportFeatures.Ordering };

    // Two receives that end at the same time may reach the lanes in any order.
    [Fact]
    public async Task Receives_are_made_one_after_the_other()
    {
        await using var pump = Pump.Start(_receiver, options => (options.Receivers, options.Concurrency) = (4, 100));
        for (var round = 0; round < 5; round++)
        {
            _receiver.Deliver([.. Enumerable.Range(0, 30).Select(number => FakeReceiver.Message($"{round}-{number}", $"key-{round}-{number}"))]);
            foreach (var handling in (await pump.Next(30)).Values)
            {
                handling.Succeed();
            }
        }

        await pump.Settled();
        Assert.Equal(1, _receiver.MostAtOnce);
    }

    [Fact]
    public async Task What_was_taken_back_on_its_way_is_not_handled_and_goes_back()
    {
        await using var pump = Pump.Start(_receiver);
        _receiver.Deliver(new TakenBack("1"), new TakenBack("2"), FakeReceiver.Message("3", "c"));
        (await pump.Next("3")).Succeed();
        await pump.Settled();
        Assert.Equal(["1", "2"], _receiver.Returned.Order());
        Assert.Equal(["3"], _receiver.Acked);
        Assert.Equal(0, pump.Consumer.InFlight);
        pump.AssertNone();
    }

    // It has come back to the same member while the handler was still busy with what had gone; nobody else would deliver it.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_comes_behind_a_message_that_has_gone_is_handled_when_its_handler_ends(bool isLost)
    {
        await using var pump = Pump.Start(_receiver);
        var old = FakeReceiver.Message("1", "key");
        _receiver.Deliver(old, FakeReceiver.Message("2", "key"));
        var handling = await pump.Next("1");
        await Wait.Until(() => pump.Consumer.InFlight == 2);
        if (isLost)
        {
            _receiver.Holder!.Abandon(_ => true);
        }
        else
        {
            _receiver.Holder!.Release(_ => true);
        }

        _receiver.Deliver(FakeReceiver.Message("1 again", "key"), FakeReceiver.Message("2 again", "key"));
        await Wait.Until(() => pump.Consumer.InFlight == 3);
        pump.AssertNone();
        handling.Fail();
        (await pump.Next("1 again")).Succeed();
        (await pump.Next("2 again")).Succeed();
        await pump.Settled();
        Assert.Equal(["1 again", "2 again"], _receiver.Acked);
        Assert.Equal(isLost ? [] : ["2", "1"], _receiver.Returned);
    }

    private sealed class TakenBack(string id) : ReceivedEnvelope(id, "test", "\"\""u8.ToArray())
    {
        public override bool IsTakenBack => true;
    }

    private sealed class LogReceiver : FakeReceiver, IRevocableReceiver
    {
        private int _calls;

        public LogReceiver() => OnReceive = async _ =>
        {
            var calls = Interlocked.Increment(ref _calls);
            MostAtOnce = Math.Max(MostAtOnce, calls);
            await Task.Yield();
            Interlocked.Decrement(ref _calls);
        };

        public int MostAtOnce { get; private set; }

        public IMessageHolder? Holder { get; private set; }

        public void Attach(IMessageHolder holder) => Holder = holder;
    }
}
