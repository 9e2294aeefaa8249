using System.Buffers;

namespace Messaging.Kit.Serialization;

/// <summary>Turns messages into bytes and back.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public interface IMessageSerializer
{
    /// <summary>The media type of what it writes, such as <c>application/json</c>.</summary>
    string ContentType { get; }

    /// <summary>Writes a message.</summary>
    /// <typeparam name="TMessage">The message's type.</typeparam>
    /// <param name="writer">Takes the bytes.</param>
    /// <param name="message">The message.</param>
    void Serialize<TMessage>(IBufferWriter<byte> writer, TMessage message);

    /// <summary>Reads a message.</summary>
    /// <typeparam name="TMessage">The message's type.</typeparam>
    /// <param name="body">The bytes, valid during the call.</param>
    /// <returns>The message.</returns>
    /// <exception cref="Messages.PoisonMessageException">The bytes make no such message.</exception>
    TMessage Deserialize<TMessage>(ReadOnlySpan<byte> body);

    /// <summary>Checks, when the application starts, that a type can be written and read.</summary>
    /// <typeparam name="TMessage">The message's type.</typeparam>
    /// <returns>What is wrong and what to do about it, or <see langword="null"/>.</returns>
    string? Validate<TMessage>() => null;
}
