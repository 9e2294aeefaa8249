using Messaging.Kit.Messages;

namespace Messaging.Kit.InMemory.Streams;

/// <summary>A part of a stream: its log, and the publishes that wait for room in it.</summary>
internal sealed class StreamPartition(int number)
{
    public int Number => number;

    public StreamLog Log { get; } = new();

    /// <summary>Publishes that wait for room, in their order.</summary>
    public LinkedList<StreamPost> Posts { get; } = [];

    /// <summary>Adds a message, if need be in the place of old ones that every group is done with.</summary>
    /// <param name="envelope">The message.</param>
    /// <param name="largeBody">The copy of a large body.</param>
    /// <param name="options">How much the log may hold.</param>
    /// <param name="done">The offset up to which every group is done.</param>
    /// <returns>Whether there was room.</returns>
    public bool TryAdd(Envelope envelope, byte[]? largeBody, InMemoryStreamOptions options, long done)
    {
        while (Log.Count >= options.RetainedMessages || (Log.Count > 0 && Log.Bytes + envelope.Body.Length > options.RetainedBytes))
        {
            if (Log.Start >= done)
            {
                return false;
            }

            Log.RemoveFirst();
        }

        Log.Add(envelope, largeBody);
        return true;
    }
}
