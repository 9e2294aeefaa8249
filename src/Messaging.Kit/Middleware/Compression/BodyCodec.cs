using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;
using Messaging.Kit.Messages;
using Messaging.Kit.Serialization;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Messaging.Kit.Middleware.Compression;

/// <summary>The codecs behind one face: streams in, pooled buffers out.</summary>
internal static class BodyCodec
{
    private const int StepBytes = 16 * 1024;
    private const int GzipFrameBytes = 18;
    private const string CutOff = "It is cut off.";

    public static string NameOf(CompressionAlgorithm algorithm) => algorithm switch
    {
        CompressionAlgorithm.Brotli => "br",
        CompressionAlgorithm.Gzip => "gzip",
        CompressionAlgorithm.Zstd => "zstd",
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "There is no such compression algorithm."),
    };

    public static PooledBuffer Compress(ReadOnlyMemory<byte> body, CompressionAlgorithm algorithm, CompressionLevel level)
    {
        var output = PooledBuffer.Rent(body.Length);
        using var stream = new BufferStream(output);
        using (var encoder = Encoder(stream, algorithm, level))
        {
            encoder.Write(body.Span);
        }

        return output;
    }

    /// <summary>Expands a body, and stops at the cap: what claims to be larger costs no more memory than that.</summary>
    /// <exception cref="PoisonMessageException">The encoding is unknown, the body broken, cut off or too large.</exception>
    public static PooledBuffer Expand(ReadOnlyMemory<byte> body, string encoding, int maxBytes)
    {
        var output = PooledBuffer.Rent(Math.Min(maxBytes, Math.Max(body.Length * 3, StepBytes)));
        try
        {
            switch (encoding)
            {
                case "br":
                    ExpandBrotli(body.Span, output, maxBytes);
                    break;
                case "gzip":
                    ExpandGzip(body, output, maxBytes);
                    break;
                case "zstd":
                    ExpandZstd(body, output, maxBytes);
                    break;
                default:
                    throw new PoisonMessageException($"The body is encoded as '{encoding}'; known are br, gzip and zstd.");
            }

            return output;
        }
        catch (Exception exception)
        {
            output.Dispose();
            throw exception as PoisonMessageException ?? new PoisonMessageException($"The body cannot be expanded as {encoding}: {exception.Message}", exception);
        }
    }

    // Not by BrotliStream, which takes a body that is cut off for a whole one.
    private static void ExpandBrotli(ReadOnlySpan<byte> input, PooledBuffer output, int maxBytes)
    {
        var decoder = default(BrotliDecoder);
        try
        {
            OperationStatus status;
            do
            {
                status = decoder.Decompress(input, output.GetSpan(StepBytes), out var consumed, out var written);
                input = input[consumed..];
                Advance(output, written, maxBytes);
            }
            while (status == OperationStatus.DestinationTooSmall);

            if (status != OperationStatus.Done || !input.IsEmpty)
            {
                throw new InvalidDataException(status == OperationStatus.NeedMoreData ? CutOff : "It is broken.");
            }
        }
        finally
        {
            decoder.Dispose();
        }
    }

    private static void ExpandGzip(ReadOnlyMemory<byte> body, PooledBuffer output, int maxBytes)
    {
        using var input = AsStream(body);
        using var decoder = new GZipStream(input, CompressionMode.Decompress);
        Read(decoder, output, maxBytes);

        // GZipStream takes a body that is cut off for a whole one; the end of a whole one tells its length.
        if (body.Length < GzipFrameBytes || BinaryPrimitives.ReadInt32LittleEndian(body.Span[^sizeof(int)..]) != output.Length)
        {
            throw new InvalidDataException(CutOff);
        }
    }

    // A frame says how much memory its decoder takes, up to 2 GiB. Eight MiB is what every encoder may count on.
    private static void ExpandZstd(ReadOnlyMemory<byte> body, PooledBuffer output, int maxBytes)
    {
        using var input = AsStream(body);
        using var decoder = new DecompressionStream(input);
        decoder.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, Math.Clamp(BitOperations.Log2((uint)maxBytes - 1) + 1, 23, 30));
        if (body.IsEmpty)
        {
            throw new InvalidDataException(CutOff);
        }

        Read(decoder, output, maxBytes);
    }

    private static void Read(Stream decoder, PooledBuffer output, int maxBytes)
    {
        while (decoder.Read(output.GetSpan(StepBytes)) is var read and > 0)
        {
            Advance(output, read, maxBytes);
        }
    }

    private static void Advance(PooledBuffer output, int count, int maxBytes)
    {
        output.Advance(count);
        if (output.Length > maxBytes)
        {
            throw new PoisonMessageException($"The body expands to more than {maxBytes:N0} bytes. If that is to be, raise MaxExpandedBytes of UseCompression.");
        }
    }

    private static Stream Encoder(Stream output, CompressionAlgorithm algorithm, CompressionLevel level) => algorithm switch
    {
        CompressionAlgorithm.Brotli => new BrotliStream(output, level, leaveOpen: true),
        CompressionAlgorithm.Gzip => new GZipStream(output, level, leaveOpen: true),
        _ => new CompressionStream(output, ZstdLevel(level), leaveOpen: true),
    };

    private static int ZstdLevel(CompressionLevel level) => level switch
    {
        CompressionLevel.SmallestSize => 19,
        CompressionLevel.Optimal => 3,
        _ => 1,
    };

    private static MemoryStream AsStream(ReadOnlyMemory<byte> body) =>
        MemoryMarshal.TryGetArray(body, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(body.ToArray(), writable: false);

    private sealed class BufferStream(IBufferWriter<byte> output) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => output.Write(buffer);
    }
}
