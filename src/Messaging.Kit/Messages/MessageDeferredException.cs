namespace Messaging.Kit.Messages;

/// <summary>The message cannot be handled yet. Not a failure: it goes back and comes again later, as often as need be. Never dead-lettered.</summary>
/// <param name="message">Why not.</param>
/// <param name="retryAfter">When to look again.</param>
public class MessageDeferredException(string message, TimeSpan retryAfter) : MessagingException(message)
{
    /// <summary>When to look again.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}
