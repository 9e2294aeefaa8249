using Messaging.Kit.Messages;

namespace Messaging.Kit.Transports;

/// <summary>Whoever is to hear what has become of an envelope that an <see cref="IPipelinedSender"/> has taken over.</summary>
public interface ISendReceipt
{
    /// <summary>Tells the outcome. Once for each envelope; by any thread, which it does not hold up.</summary>
    /// <param name="failure">Why the broker has not accepted the envelope; <see langword="null"/> when it has.</param>
    void Conclude(TransportException? failure);
}
