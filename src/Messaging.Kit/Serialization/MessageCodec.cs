using System.Buffers;

namespace Messaging.Kit.Serialization;

/// <summary>A serializer closed over one type, so that nothing is looked up for a message: with a thousand types, finding their way costs as much as writing them.</summary>
internal class MessageCodec<TMessage>
{
    private readonly IMessageSerializer _serializer;

    protected MessageCodec(IMessageSerializer serializer) => (_serializer, ContentType) = (serializer, serializer.ContentType);

    public string ContentType { get; }

    public static MessageCodec<TMessage> For(IMessageSerializer serializer) =>
        serializer is JsonMessageSerializer json ? json.CodecFor<TMessage>() : new MessageCodec<TMessage>(serializer);

    public virtual void Write(IBufferWriter<byte> writer, TMessage message) => _serializer.Serialize(writer, message);

    public virtual TMessage Read(ReadOnlySpan<byte> body) => _serializer.Deserialize<TMessage>(body);
}
