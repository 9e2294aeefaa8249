using Messaging.Kit.Pipeline;

namespace Messaging.Kit;

/// <summary>Handles messages of a type. Resolved from the services of each delivery.</summary>
/// <typeparam name="TMessage">The message's type.</typeparam>
public interface IMessageHandler<in TMessage>
{
    /// <summary>
    /// Handles a message. Returning acknowledges it; throwing gives it back, to be delivered again or dead-lettered: one way to
    /// fail. Throw <see cref="Messages.PoisonMessageException"/> when no attempt can ever succeed.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="context">How it came here; valid until the call ends.</param>
    /// <param name="cancellationToken">Cancelled when the lease of the message is lost or the host cannot wait any longer.</param>
    /// <returns>A task that ends with the handling.</returns>
    ValueTask HandleAsync(TMessage message, ConsumeContext context, CancellationToken cancellationToken);
}
