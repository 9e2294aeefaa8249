using Messaging.Kit.Pipeline;

namespace Messaging.Kit.Diagnostics;

/// <summary>
/// Is told what happens to messages. Register one with <c>services.AddSingleton&lt;IMessageObserver, T&gt;()</c>; the test harness is one.
/// </summary>
/// <remarks>Called concurrently, on the message's own path: be quick. What an observer throws is logged, and changes nothing for the message.</remarks>
public interface IMessageObserver
{
    /// <summary>The broker has accepted a message.</summary>
    /// <param name="context">The message.</param>
    void Published(PublishContext context)
    {
    }

    /// <summary>A publish has failed, and its caller knows.</summary>
    /// <param name="context">The message.</param>
    /// <param name="failure">Why.</param>
    void PublishFailed(PublishContext context, Exception failure)
    {
    }

    /// <summary>A handler has returned.</summary>
    /// <param name="context">The delivery.</param>
    /// <param name="message">The message that was handled.</param>
    void Handled(ConsumeContext context, object message)
    {
    }

    /// <summary>A message is tried again within its delivery.</summary>
    /// <param name="context">The delivery.</param>
    /// <param name="failure">What the last attempt threw.</param>
    void Retried(ConsumeContext context, Exception failure)
    {
    }

    /// <summary>A message goes back to its source.</summary>
    /// <param name="context">The delivery.</param>
    /// <param name="failure">Why.</param>
    void Returned(ConsumeContext context, Exception failure)
    {
    }

    /// <summary>A message has been sent to a dead-letter destination.</summary>
    /// <param name="context">The delivery.</param>
    /// <param name="destination">Where it went.</param>
    /// <param name="failure">Why.</param>
    void DeadLettered(ConsumeContext context, Transports.TransportEndpoint destination, Exception failure)
    {
    }

    /// <summary>A copy of a message that had been handled before was recognised and acknowledged.</summary>
    /// <param name="context">The delivery.</param>
    void DuplicateSuppressed(ConsumeContext context)
    {
    }

    /// <summary>A message has been acknowledged and has left its source.</summary>
    /// <param name="context">The delivery.</param>
    void Acknowledged(ConsumeContext context)
    {
    }
}
