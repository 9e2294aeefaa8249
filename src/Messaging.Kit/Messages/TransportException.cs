namespace Messaging.Kit.Messages;

/// <summary>A transport could not do its work. <see cref="Kind"/> says whether trying again can help.</summary>
public sealed class TransportException : MessagingException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="kind">What kind of failure it is.</param>
    /// <param name="message">What is wrong and what to do about it.</param>
    /// <param name="innerException">The client's own exception, if there is one.</param>
    public TransportException(FailureKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <summary>What kind of failure it is.</summary>
    public FailureKind Kind { get; }

    /// <summary>The service's own error code, such as <c>RequestThrottled</c>, where there is one.</summary>
    public string? Code { get; init; }

    /// <summary>Whether trying the same again can help: <see cref="FailureKind.Transient"/> or <see cref="FailureKind.Throttled"/>.</summary>
    public bool IsTransient => Kind is FailureKind.Transient or FailureKind.Throttled;
}
