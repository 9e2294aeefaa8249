using HighThroughputStreaming;

namespace Messaging.Kit.Samples.Tests.Streaming;

public sealed class WindowingTests
{
    private readonly Windowing _windowing = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(4));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(9_999, 0)]
    [InlineData(10_000, 10_000)]
    [InlineData(-1, -10_000)]
    public void A_window_begins_at_a_multiple_of_its_length(long time, long start) => Assert.Equal(start, _windowing.StartOf(time));

    [Fact]
    public void A_device_that_has_sent_nothing_has_no_watermark_and_no_late_readings()
    {
        var watermark = _windowing.WatermarkOf(Windowing.Nothing);
        Assert.Equal(Windowing.Nothing, watermark);
        Assert.False(_windowing.IsLate(long.MinValue / 2, watermark));
    }

    [Theory]
    [InlineData(13_999, 9_999, false)] // the window of 0 s waits until the watermark, 4 s behind the newest reading, leaves it
    [InlineData(14_000, 9_999, true)]
    [InlineData(14_000, 10_000, false)]
    [InlineData(33_000, 19_999, true)]
    public void A_reading_is_late_when_its_window_is_behind_the_watermark(long newest, long time, bool isLate) =>
        Assert.Equal(isLate, _windowing.IsLate(time, _windowing.WatermarkOf(newest)));
}
