using Messaging.Kit.Messages;

namespace Messaging.Kit.InMemory.Streams;

/// <summary>A publish that waits for room in its partition.</summary>
internal sealed class StreamPost : TaskCompletionSource
{
    public StreamPost(StreamPartition partition, Envelope envelope, byte[]? largeBody, object sender, long deadline)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        (Partition, Envelope, LargeBody, Sender, Deadline) = (partition, envelope, largeBody, sender, deadline);
        Node = partition.Posts.AddLast(this);
    }

    public StreamPartition Partition { get; }

    public Envelope Envelope { get; }

    public byte[]? LargeBody { get; }

    public object Sender { get; }

    /// <summary>When it fails, in ticks of the broker's clock.</summary>
    public long Deadline { get; }

    public LinkedListNode<StreamPost> Node { get; }

    /// <summary>Why it fails. Set under the stream's lock, before <see cref="End"/>.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Tells its outcome.</summary>
    public void End()
    {
        if (Failure is null)
        {
            SetResult();
        }
        else
        {
            SetException(Failure);
        }
    }
}
