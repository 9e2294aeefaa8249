namespace Messaging.Kit.Messages;

/// <summary>The headers that the kit itself writes.</summary>
public static class HeaderNames
{
    /// <summary>The W3C trace context of the publisher.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>The vendor part of the W3C trace context.</summary>
    public const string TraceState = "tracestate";

    /// <summary>How the body is compressed: <c>br</c>, <c>gzip</c> or <c>zstd</c>.</summary>
    public const string ContentEncoding = "contentencoding";

    /// <summary>How many retry topics the message has been sent to.</summary>
    public const string RetryCount = "retrycount";

    /// <summary>When the message, in a retry topic, failed for the first time.</summary>
    public const string RetryFirst = "retryfirst";

    /// <summary>When the message, in a retry topic, is to be handled again.</summary>
    public const string RetryDue = "retrydue";

    /// <summary>Why a message was dead-lettered: <c>poison</c>, <c>exhausted</c> or <c>exception</c>.</summary>
    public const string DeadLetterReason = "deadletterreason";

    /// <summary>The type of the last exception.</summary>
    public const string DeadLetterException = "deadletterexception";

    /// <summary>The text of the last exception, at most 1,024 characters.</summary>
    public const string DeadLetterMessage = "deadlettermessage";

    /// <summary>Where the message came from: transport and physical name.</summary>
    public const string DeadLetterSource = "deadlettersource";

    /// <summary>The consumer that could not handle it.</summary>
    public const string DeadLetterConsumer = "deadletterconsumer";

    /// <summary>How often it had been delivered.</summary>
    public const string DeadLetterCount = "deadlettercount";

    /// <summary>When it was first delivered, or failed for the first time where the transport does not tell.</summary>
    public const string DeadLetterFirst = "deadletterfirst";

    /// <summary>When it failed for the last time.</summary>
    public const string DeadLetterLast = "deadletterlast";
}
