namespace Messaging.Kit.Messages;

/// <summary>
/// The message can never be handled: not retried, dead-lettered at once. The kit throws it for bodies that cannot be
/// decoded and types that nobody handles; handlers throw it when they know that no attempt can succeed.
/// </summary>
public sealed class PoisonMessageException : MessagingException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">Why the message can never be handled.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public PoisonMessageException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
