using System.Text;
using Messaging.Kit.Messages;

namespace Messaging.Kit.InMemory;

/// <summary>What was sent, as the broker keeps it.</summary>
internal struct StoredContent
{
    // Given as text, or else Uuid is the id.
    public string? Id;
    public Guid Uuid;
    public string Type;
    public string Source;
    public DateTimeOffset Time;
    public string? Key;
    public string ContentType;
    public MessageHeaders? Headers;
    public StoredBody Body;

    /// <summary>Body, key, type and headers in UTF-8. The id and the time are the broker's own and do not count.</summary>
    public static int Measure(Envelope envelope)
    {
        var size = envelope.Body.Length + Encoding.UTF8.GetByteCount(envelope.Type);
        if (envelope.Key is not null)
        {
            size += Encoding.UTF8.GetByteCount(envelope.Key);
        }

        if (envelope.HasHeaders)
        {
            foreach (var (name, value) in envelope.Headers)
            {
                size += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
            }
        }

        return size;
    }

    public void Set(Envelope envelope, StoredBody body)
    {
        Uuid = envelope.Uuid;
        Id = envelope.Uuid == Guid.Empty ? envelope.Id : null;
        Type = envelope.Type;
        Source = envelope.Source;
        Time = envelope.Time;
        Key = envelope.Key;
        ContentType = envelope.ContentType;
        Headers = envelope.HasHeaders ? new MessageHeaders(envelope.Headers) : null;
        Body = body;
    }
}
