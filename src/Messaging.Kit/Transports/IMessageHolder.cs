using Messaging.Kit.Messages;

namespace Messaging.Kit.Transports;

/// <summary>Who holds messages between receive and settlement: the kit's consumer, as a receiver sees it.</summary>
/// <remarks>Safe for concurrent use. The calls return at once.</remarks>
public interface IMessageHolder
{
    /// <summary>Gives up what has not been started: it is settled as returned. What is being handled goes on and is settled when it is done.</summary>
    /// <param name="which">Says of an envelope whether it is meant. Quick, and called under a lock.</param>
    void Release(Func<ReceivedEnvelope, bool> which);

    /// <summary>Messages that no longer belong to this consumer: their handlers are cancelled, and they are not settled.</summary>
    /// <param name="which">Says of an envelope whether it is meant. Quick, and called under a lock.</param>
    void Abandon(Func<ReceivedEnvelope, bool> which);
}
