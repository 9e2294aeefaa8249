using System.Buffers;

namespace Messaging.Kit.Transports;

/// <summary>Where a JSON writer writes that is not in use: kept for the next message, it is not to hold on to the buffer of the last one.</summary>
internal sealed class NoBuffer : IBufferWriter<byte>
{
    public static readonly NoBuffer Instance = new();

    private NoBuffer()
    {
    }

    public void Advance(int count)
    {
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => throw new InvalidOperationException("The writer is not in use.");

    public Span<byte> GetSpan(int sizeHint = 0) => throw new InvalidOperationException("The writer is not in use.");
}
