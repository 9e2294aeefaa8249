using System.Text;
using Messaging.Kit.InMemory.Streams;

namespace Messaging.Kit.Tests.InMemory.Streams;

public sealed class Murmur2Tests
{
    // The values of Kafka's own tests.
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void Hash_is_that_of_other_clients(string key, int expected) => Assert.Equal(expected, (int)Murmur2.Hash(Encoding.UTF8.GetBytes(key)));

    [Theory]
    [InlineData("")]
    [InlineData("key")]
    [InlineData("schlüssel-鍵")]
    public void Partition_is_one_of_them_whatever_the_length_of_the_key(string key)
    {
        foreach (var length in new[] { 1, 100, 10_000 })
        {
            var partition = Murmur2.PartitionOf(string.Concat(Enumerable.Repeat(key, length)), 7);
            Assert.InRange(partition, 0, 6);
            Assert.Equal(partition, Murmur2.PartitionOf(string.Concat(Enumerable.Repeat(key, length)), 7));
        }
    }
}
