namespace Messaging.Kit;

/// <summary>What became of one of several messages that were published together.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Error">Why the broker has not accepted it, or <see langword="null"/> when it has.</param>
public readonly record struct PublishOutcome(string Id, Exception? Error)
{
    /// <summary>Whether the broker has accepted the message.</summary>
    public bool IsAccepted => Error is null;
}
