namespace Messaging.Kit.Messages;

/// <summary>The root of what the kit itself throws.</summary>
public class MessagingException : Exception
{
    /// <summary>Makes an exception without a text of its own.</summary>
    public MessagingException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What is wrong and what to do about it.</param>
    public MessagingException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a cause.</summary>
    /// <param name="message">What is wrong and what to do about it.</param>
    /// <param name="innerException">The cause.</param>
    public MessagingException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
