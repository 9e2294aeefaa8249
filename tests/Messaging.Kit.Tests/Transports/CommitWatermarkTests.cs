using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Transports;

public sealed class CommitWatermarkTests
{
    private readonly CommitWatermark _watermark = new();

    [Fact]
    public void Nothing_is_to_be_committed_while_nothing_is_done()
    {
        _watermark.Add(5);
        Assert.Equal((-1, 1), (_watermark.Offset, _watermark.Count));
    }

    [Fact]
    public void It_does_not_pass_a_message_that_is_not_done()
    {
        var positions = new[] { 5L, 6, 9, 10 }.Select(_watermark.Add).ToArray();
        Assert.False(_watermark.Complete(positions[1]));
        Assert.False(_watermark.Complete(positions[3]));
        Assert.True(_watermark.Complete(positions[0]));
        Assert.Equal((7, 2), (_watermark.Offset, _watermark.Count));
        Assert.True(_watermark.Complete(positions[2]));
        Assert.Equal((11, 0), (_watermark.Offset, _watermark.Count));
    }

    [Fact]
    public void What_is_covered_or_was_never_added_is_refused()
    {
        var position = _watermark.Add(0);
        _watermark.Complete(position);
        Assert.Throws<ArgumentOutOfRangeException>(() => _watermark.Complete(position));
        Assert.Throws<ArgumentOutOfRangeException>(() => _watermark.Complete(position + 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_is_the_first_offset_that_is_not_done_whatever_the_order(int seed)
    {
        var random = new Random(seed);
        var (open, next) = (new SortedDictionary<long, long>(), 0L);
        var watermark = -1L;
        for (var step = 0; step < 20_000; step++)
        {
            if (open.Count == 0 || (open.Count < 500 && random.Next(2) == 0))
            {
                next += random.Next(1, 4);
                open.Add(next, _watermark.Add(next));
                continue;
            }

            var done = open.ElementAt(random.Next(open.Count));
            open.Remove(done.Key);
            var before = _watermark.Offset;
            Assert.Equal(_watermark.Complete(done.Value), _watermark.Offset != before);
            watermark = Math.Max(watermark, _watermark.Offset);
            Assert.Equal(watermark, _watermark.Offset);
            Assert.True(open.Count == 0 ? _watermark.Offset == next + 1 : _watermark.Offset <= open.First().Key);
            Assert.True(open.Count == 0 || done.Key > open.First().Key || _watermark.Offset > done.Key);
        }
    }
}
