using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Compression;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Messaging.Kit.Tests.Middleware.Compression;

public sealed class BodyCodecTests
{
    private const int MaxBytes = 1_000_000;

    public static TheoryData<CompressionAlgorithm> Algorithms => [.. Enum.GetValues<CompressionAlgorithm>()];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Every_body_comes_through(CompressionAlgorithm algorithm)
    {
        foreach (var level in Enum.GetValues<CompressionLevel>())
        {
            foreach (var size in new[] { 1, 2, 100, 16 * 1024, 16 * 1024 + 1, 300_000 })
            {
                foreach (var body in new[] { RandomNumberGenerator.GetBytes(size), Encoding.ASCII.GetBytes(new string('x', size)) })
                {
                    using var compressed = BodyCodec.Compress(body, algorithm, level);
                    using var expanded = BodyCodec.Expand(compressed.Written, BodyCodec.NameOf(algorithm), MaxBytes);
                    Assert.True(expanded.Written.Span.SequenceEqual(body), $"{algorithm} {level} {size}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Empty_body_becomes_something_and_empty_again(CompressionAlgorithm algorithm)
    {
        using var compressed = BodyCodec.Compress(ReadOnlyMemory<byte>.Empty, algorithm, CompressionLevel.Fastest);
        if (compressed.Length > 0)
        {
            using var expanded = BodyCodec.Expand(compressed.Written, BodyCodec.NameOf(algorithm), MaxBytes);
            Assert.Equal(0, expanded.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Body_may_expand_to_the_cap_and_not_beyond(CompressionAlgorithm algorithm)
    {
        var body = new byte[50_000];
        using var compressed = BodyCodec.Compress(body, algorithm, CompressionLevel.Fastest);
        using var expanded = BodyCodec.Expand(compressed.Written, BodyCodec.NameOf(algorithm), body.Length);
        Assert.Equal(body.Length, expanded.Length);
        var failure = Assert.Throws<PoisonMessageException>(() => BodyCodec.Expand(compressed.Written, BodyCodec.NameOf(algorithm), body.Length - 1));
        Assert.Contains("raise MaxExpandedBytes", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Bomb_costs_no_more_memory_than_the_cap(CompressionAlgorithm algorithm)
    {
        // 50 MB of nothing in very little.
        using var bomb = BodyCodec.Compress(new byte[50_000_000], algorithm, CompressionLevel.Fastest);
        Assert.InRange(bomb.Length, 1, 500_000);
        Expand(bomb.Written, algorithm);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Expand(bomb.Written, algorithm);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * MaxBytes);

        static void Expand(ReadOnlyMemory<byte> bomb, CompressionAlgorithm algorithm) =>
            Assert.Throws<PoisonMessageException>(() => BodyCodec.Expand(bomb, BodyCodec.NameOf(algorithm), MaxBytes));
    }

    [Fact]
    public void Frame_that_asks_for_a_window_beyond_measure_is_poison()
    {
        // Its decoder would take 128 MiB before the first byte comes out.
        using var output = new MemoryStream();
        using (var encoder = new CompressionStream(output, 1, leaveOpen: true))
        {
            encoder.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, 27);
            encoder.Write(new byte[1000]);
        }

        Assert.Throws<PoisonMessageException>(() => BodyCodec.Expand(output.ToArray(), "zstd", MaxBytes));
    }

    [Fact]
    public void Frame_with_the_window_of_every_level_is_read_whatever_the_cap()
    {
        foreach (var level in new[] { 1, 3, 9, 19 })
        {
            using var output = new MemoryStream();
            using (var encoder = new CompressionStream(output, level, leaveOpen: true))
            {
                encoder.Write(new byte[1000]);
            }

            using var expanded = BodyCodec.Expand(output.ToArray(), "zstd", 1000);
            Assert.Equal(1000, expanded.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Body_that_ends_too_early_is_poison_wherever_it_ends(CompressionAlgorithm algorithm)
    {
        var body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 500).Select(number => $"{number} and {number * 7}; ")));
        using var compressed = BodyCodec.Compress(body, algorithm, CompressionLevel.Optimal);
        for (var length = 0; length < compressed.Length; length++)
        {
            Assert.Throws<PoisonMessageException>(() => BodyCodec.Expand(compressed.Written[..length], BodyCodec.NameOf(algorithm), MaxBytes));
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Bytes_that_make_no_sense_are_poison_or_expand_within_the_cap(CompressionAlgorithm algorithm)
    {
        var random = new Random(1);
        using var valid = BodyCodec.Compress(Encoding.UTF8.GetBytes(new string('a', 200) + "bcd" + new string('e', 200)), algorithm, CompressionLevel.Optimal);
        for (var round = 0; round < 3000; round++)
        {
            var body = new byte[random.Next(1, 60)];
            random.NextBytes(body);
            if (round % 2 == 0)
            {
                body = valid.Written.ToArray();
                for (var flips = random.Next(1, 4); flips > 0; flips--)
                {
                    body[random.Next(body.Length)] ^= (byte)(1 << random.Next(8));
                }
            }

            try
            {
                using var expanded = BodyCodec.Expand(body, BodyCodec.NameOf(algorithm), 10_000);
                Assert.InRange(expanded.Length, 0, 10_000);
            }
            catch (PoisonMessageException)
            {
                // As it should be; any other exception fails the test.
            }
        }
    }

    [Theory]
    [InlineData("deflate")]
    [InlineData("BR")]
    [InlineData("")]
    public void Unknown_encoding_is_poison(string encoding)
    {
        var failure = Assert.Throws<PoisonMessageException>(() => BodyCodec.Expand("x"u8.ToArray(), encoding, MaxBytes));
        Assert.Equal($"The body is encoded as '{encoding}'; known are br, gzip and zstd.", failure.Message);
    }
}
