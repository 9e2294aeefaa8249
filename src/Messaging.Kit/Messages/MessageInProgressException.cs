namespace Messaging.Kit.Messages;

/// <summary>
/// A copy of the message is being handled elsewhere right now. The copy goes back and comes again later, when it
/// will be recognised as done, or handled if the other did not succeed.
/// </summary>
/// <param name="retryAfter">When to look again.</param>
public sealed class MessageInProgressException(TimeSpan retryAfter)
    : MessageDeferredException($"A copy of the message is being handled elsewhere; it comes again in {retryAfter}.", retryAfter);
