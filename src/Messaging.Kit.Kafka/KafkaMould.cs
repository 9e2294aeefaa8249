using System.Globalization;
using Confluent.Kafka;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Kafka;

/// <summary>
/// A message that is filled again and again: most of a type differ in body, key, id and time only, and the client copies all of it before
/// it returns. For one thread.
/// </summary>
internal sealed class KafkaMould
{
    private readonly Message<byte[], byte[]?> _message;
    private readonly string _source;
    private readonly string _type;
    private readonly string _contentType;
    private readonly byte[] _id;
    private readonly byte[] _time;

    /// <summary>Makes one of the first message that it is for: its second header is the id, its third the time.</summary>
    public KafkaMould(Envelope envelope, Message<byte[], byte[]?> message)
    {
        (_message, _source, _type, _contentType) = (message, envelope.Source, envelope.Type, envelope.ContentType);
        (_id, _time) = (message.Headers[1].GetValueBytes(), message.Headers[2].GetValueBytes());
    }

    /// <summary>Fills in id and time.</summary>
    /// <returns>The message, which lacks key and body; <see langword="null"/> when the envelope does not fit, and then the mould is spoilt.</returns>
    public Message<byte[], byte[]?>? Fill(Envelope envelope)
    {
        var fits = (object)envelope.Type == _type && (object)envelope.Source == _source && (object)envelope.ContentType == _contentType
            && envelope.TryFormatId(_id, out var length) && length == _id.Length;
        if (!fits)
        {
            return null;
        }

        envelope.Time.UtcDateTime.TryFormat(_time, out _, "O", CultureInfo.InvariantCulture);
        return _message;
    }
}
