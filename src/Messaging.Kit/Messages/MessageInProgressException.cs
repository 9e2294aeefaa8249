namespace Messaging.Kit.Messages;

/// <summary>
/// A copy of the message is being handled elsewhere right now. Not a failure: the copy goes back and comes again later, when it
/// will be recognised as done, or handled if the other did not succeed. Never dead-lettered.
/// </summary>
/// <param name="retryAfter">When to look again.</param>
public sealed class MessageInProgressException(TimeSpan retryAfter)
    : MessagingException($"A copy of the message is being handled elsewhere; it comes again in {retryAfter}.")
{
    /// <summary>When to look again.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}
