namespace Messaging.Kit.InMemory.Streams;

/// <summary>One delivery of a stream's message, with its place in the log.</summary>
internal sealed class StreamReceived : InMemoryEnvelope
{
    /// <param name="claim">The partition, for as long as the receiver's member has it.</param>
    /// <param name="offset">Where it is in the log.</param>
    /// <param name="position">What the claim settles it by.</param>
    public StreamReceived(StreamClaim claim, long offset, long position)
        : base(in claim.Partition.Log[offset], claim.Partition.Log.ReadBody(in claim.Partition.Log[offset])) => (Claim, Position) = (claim, position);

    public StreamClaim Claim { get; }

    public long Position { get; }

    /// <summary>Whether it has been settled: settling again changes nothing. Guarded by the stream's lock.</summary>
    public bool IsSettled { get; set; }
}
