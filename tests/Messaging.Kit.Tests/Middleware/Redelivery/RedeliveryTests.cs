using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Redelivery;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Tests.Fakes;

namespace Messaging.Kit.Tests.Middleware.Redelivery;

public sealed class RedeliveryTests
{
    private readonly FakeReceiver _receiver = new();

    [Theory]
    [InlineData(1, 5)]
    [InlineData(4, 5)]
    public async Task Failed_message_comes_again_by_the_policy(int deliveryCount, int seconds)
    {
        await using var app = await Start(consumer => consumer.UseRedelivery(BackOff.Constant(TimeSpan.FromSeconds(5))));
        Assert.Equal(TimeSpan.FromSeconds(seconds), await Fail(new InvalidOperationException("x"), deliveryCount));
    }

    [Fact]
    public async Task Without_a_policy_it_comes_after_a_second_and_then_twice_as_long_each_time_up_to_five_minutes()
    {
        await using var app = await Start(_ => { });
        foreach (var (delivery, seconds) in new[] { (1, 1), (2, 2), (5, 16), (20, 300) })
        {
            Assert.InRange((await Fail(new InvalidOperationException("x"), delivery)).TotalSeconds, seconds / 2.0, seconds);
        }
    }

    [Fact]
    public async Task Type_of_exception_has_a_policy_of_its_own_with_those_derived_from_it()
    {
        await using var app = await Start(consumer => consumer.UseRedelivery(options =>
        {
            options.BackOff = BackOff.Constant(TimeSpan.FromSeconds(1));
            options.On<ArgumentNullException>(BackOff.Constant(TimeSpan.FromSeconds(2)));
            options.On<ArgumentException>(BackOff.Constant(TimeSpan.FromSeconds(3)));
        }));
        Assert.Equal(2, (await Fail(new ArgumentNullException(), 1)).TotalSeconds);
        Assert.Equal(3, (await Fail(new ArgumentOutOfRangeException(), 1)).TotalSeconds);
        Assert.Equal(1, (await Fail(new InvalidOperationException(), 1)).TotalSeconds);
    }

    [Fact]
    public async Task Handler_s_own_word_goes_first()
    {
        await using var app = await Start(
            consumer => consumer.UseRedelivery(BackOff.Constant(TimeSpan.FromSeconds(5))),
            context => context.RedeliverAfter = TimeSpan.FromSeconds(42));
        Assert.Equal(42, (await Fail(new InvalidOperationException(), 1)).TotalSeconds);
    }

    [Fact]
    public async Task Message_that_is_handled_elsewhere_comes_when_that_may_have_ended()
    {
        await using var app = await Start(consumer => consumer.UseRedelivery(BackOff.Constant(TimeSpan.FromSeconds(5))));
        Assert.Equal(33, (await Fail(new MessageInProgressException(TimeSpan.FromSeconds(33)), 1)).TotalSeconds);
    }

    [Fact]
    public async Task Operators_have_the_last_word()
    {
        await using var app = await Start(
            consumer => consumer.UseRedelivery(BackOff.Constant(TimeSpan.FromSeconds(5))),
            settings: new() { ["Messaging:Consumers:orders:Redelivery:Delay"] = "00:01:00", ["Messaging:Consumers:orders:Redelivery:MaxDelay"] = "00:04:00" });
        Assert.InRange((await Fail(new InvalidOperationException(), 2)).TotalSeconds, 60, 120);
        Assert.InRange((await Fail(new InvalidOperationException(), 9)).TotalSeconds, 120, 240);
    }

    private Exception? _failure;

    private async Task<TimeSpan> Fail(Exception failure, int deliveryCount)
    {
        _failure = failure;
        var before = _receiver.Settlements.Count;
        _receiver.Deliver(FakeReceiver.Message("1", deliveryCount: deliveryCount));
        await Wait.Until(() => _receiver.Settlements.Count > before);
        Assert.False(_receiver.Settlements[before].IsAck);
        return _receiver.Settlements[before].RedeliverAfter;
    }

    private Task<App> Start(Action<ConsumeBuilder> configure, Action<ConsumeContext>? handle = null, Dictionary<string, string?>? settings = null) => App.Start(
        kit =>
        {
            var consumer = kit.Consume(_ => new FakeSource("orders", _receiver));
            configure(consumer);
            consumer.Handle<string>("test", (_, context, _) =>
            {
                handle?.Invoke(context);
                throw _failure!;
            });
        },
        settings: settings);
}
