using HighThroughputStreaming;

namespace Messaging.Kit.Samples.Tests.Streaming;

public sealed class LatencyTests
{
    [Fact]
    public void Quantiles_are_right_to_an_eighth()
    {
        var latency = new Latency();
        for (var i = 1; i <= 1000; i++)
        {
            latency.Add(TimeSpan.FromMilliseconds(i));
        }

        var now = latency.Take();
        Assert.InRange(Latency.Quantile(0.5, now).TotalMilliseconds, 500, 563);
        Assert.InRange(Latency.Quantile(0.99, now).TotalMilliseconds, 990, 1115);
    }

    [Fact]
    public void Quantiles_of_an_interval_know_nothing_of_before()
    {
        var latency = new Latency();
        latency.Add(TimeSpan.FromSeconds(10));
        var before = latency.Take();
        latency.Add(TimeSpan.FromMilliseconds(1));
        Assert.InRange(Latency.Quantile(0.99, latency.Take(), before).TotalMilliseconds, 1, 1.13);
        Assert.Equal(TimeSpan.Zero, Latency.Quantile(0.99, before, before));
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    public void The_shortest_times_are_counted_too(int microseconds)
    {
        var latency = new Latency();
        latency.Add(TimeSpan.FromMicroseconds(microseconds));
        Assert.InRange(Latency.Quantile(1, latency.Take()).TotalMicroseconds, Math.Max(1, microseconds), Math.Max(1, microseconds) * 1.126);
    }
}
