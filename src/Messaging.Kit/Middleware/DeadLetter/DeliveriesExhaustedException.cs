using Messaging.Kit.Messages;

namespace Messaging.Kit.Middleware.DeadLetter;

/// <summary>The message has had its deliveries and is not handled any more.</summary>
internal sealed class DeliveriesExhaustedException(int deliveryCount)
    : MessagingException($"The message has been delivered {deliveryCount} times without being handled, and is not handled any more. A handler that ends the process, or outlasts the lease, leaves no other trace.");
