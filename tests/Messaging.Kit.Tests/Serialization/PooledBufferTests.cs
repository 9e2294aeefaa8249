using System.Buffers;
using Messaging.Kit.Serialization;

namespace Messaging.Kit.Tests.Serialization;

public sealed class PooledBufferTests
{
    [Fact]
    public void Buffer_grows_and_keeps_what_was_written()
    {
        using var buffer = PooledBuffer.Rent(16);
        var expected = new List<byte>();
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            buffer.Write(bytes);
            expected.AddRange(bytes);
        }

        Assert.Equal(expected, buffer.Written.ToArray());
        Assert.Equal(expected.Count, buffer.Length);
    }

    [Fact]
    public void Any_hint_is_met()
    {
        using var buffer = PooledBuffer.Rent(0);
        Assert.NotEqual(0, buffer.GetSpan().Length);
        Assert.InRange(buffer.GetMemory(10_000).Length, 10_000, int.MaxValue);
    }

    [Fact]
    public void Buffers_at_the_same_time_are_different_and_ending_one_twice_does_no_harm()
    {
        var first = PooledBuffer.Rent();
        first.Write("first"u8);
        first.Dispose();
        first.Dispose();
        using var second = PooledBuffer.Rent();
        using var third = PooledBuffer.Rent();
        second.Write("second"u8);
        third.Write("third"u8);
        Assert.Equal("second"u8.ToArray(), second.Written.ToArray());
        Assert.Equal("third"u8.ToArray(), third.Written.ToArray());
    }
}
