using Messaging.Kit.Middleware.Redelivery;

namespace Messaging.Kit.Tests.Middleware.Redelivery;

public sealed class BackOffTests
{
    [Fact]
    public void Constant_wait_is_the_same_each_time()
    {
        var backOff = BackOff.Constant(TimeSpan.FromSeconds(3));
        Assert.All(Enumerable.Range(1, 50), delivery => Assert.Equal(TimeSpan.FromSeconds(3), backOff.DelayAfter(delivery)));
    }

    [Fact]
    public void None_is_no_wait()
    {
        Assert.Equal(TimeSpan.Zero, BackOff.None.DelayAfter(1));
        Assert.Equal(TimeSpan.Zero, default(BackOff).DelayAfter(5));
    }

    [Fact]
    public void Exponential_wait_grows_by_its_factor_up_to_the_longest()
    {
        var backOff = BackOff.Exponential(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), factor: 3, jitter: false);
        Assert.Equal([1, 3, 9, 27, 60, 60], Enumerable.Range(1, 6).Select(delivery => backOff.DelayAfter(delivery).TotalSeconds));
        Assert.Equal(60, backOff.DelayAfter(int.MaxValue).TotalSeconds);
        Assert.Equal(1, backOff.DelayAfter(0).TotalSeconds);
    }

    [Fact]
    public void Jitter_keeps_between_half_and_all_of_the_wait_and_differs()
    {
        var backOff = BackOff.Exponential(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        for (var delivery = 1; delivery < 10; delivery++)
        {
            var full = Math.Min(Math.Pow(2, delivery - 1), 30);
            var waits = Enumerable.Range(0, 200).Select(_ => backOff.DelayAfter(delivery).TotalSeconds).ToList();
            Assert.All(waits, wait => Assert.InRange(wait, full / 2, full));
            Assert.True(waits.Distinct().Count() > 100, "The waits are the same.");
        }
    }

    [Fact]
    public void Zero_first_wait_stays_zero_for_ever() =>
        Assert.Equal(TimeSpan.Zero, BackOff.Exponential(TimeSpan.Zero, TimeSpan.FromSeconds(1)).DelayAfter(100_000));

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BackOff.Constant(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => BackOff.Exponential(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => BackOff.Exponential(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), factor: 0.5));
    }
}
