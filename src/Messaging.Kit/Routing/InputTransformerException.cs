namespace Messaging.Kit.Routing;

/// <summary>Paths and a template are no input transformer. The message says what is wrong, where, and what would be right.</summary>
public sealed class InputTransformerException : FormatException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">What is wrong, and what would be right.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public InputTransformerException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
