namespace Messaging.Kit.Pipeline;

/// <summary>What is known of a message's failures. The first of them makes it: messages that are handled have none.</summary>
/// <param name="first">When the message failed for the first time, as far as is known.</param>
internal sealed class FailureRecord(DateTimeOffset first)
{
    public DateTimeOffset First => first;

    /// <summary>How it failed the last time, as far as this process knows.</summary>
    public Exception? Last { get; set; }
}
