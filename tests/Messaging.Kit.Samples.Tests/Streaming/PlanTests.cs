using HighThroughputStreaming;

namespace Messaging.Kit.Samples.Tests.Streaming;

public sealed class PlanTests
{
    [Fact]
    public void A_plan_is_the_same_each_time_and_exact_in_its_percentages()
    {
        var options = new Options { Messages = 10_000, PoisonPercent = 1, LatePercent = 4, AnomalyPercent = 2, DuplicatePercent = 3 };
        var readings = new Plan(options).Readings().ToList();
        Assert.Equal(readings, new Plan(options).Readings());
        Assert.NotEqual(readings, new Plan(options with { Seed = 2 }).Readings());
        Assert.Equal(
            [(Trouble.None, 9300), (Trouble.Broken, 50), (Trouble.Invalid, 50), (Trouble.Late, 400), (Trouble.Hot, 200)],
            readings.CountBy(reading => reading.Trouble).Select(pair => (pair.Key, pair.Value)).OrderBy(pair => pair.Key));
        Assert.Equal(300, readings.Count(reading => reading.IsDoubled));
    }

    [Fact]
    public void Readings_of_a_device_are_numbered_in_their_order()
    {
        var readings = new Plan(new Options { Messages = 5000 }).Readings();
        Assert.All(readings.GroupBy(reading => reading.Reading.Device), device =>
            Assert.Equal(Enumerable.Range(0, device.Count()), device.Select(reading => reading.Reading.Sequence)));
    }

    [Theory]
    [InlineData(0, 0.005)]
    [InlineData(0.8, 0.10)]
    [InlineData(1, 0.17)]
    public void Skew_makes_some_devices_hot(double skew, double share)
    {
        var hottest = new Plan(new Options { Messages = 50_000, Skew = skew }).Readings().CountBy(reading => reading.Reading.Device).Max(device => device.Value);
        Assert.InRange(hottest / 50_000.0, share * 0.85, share * 1.4);
    }
}
