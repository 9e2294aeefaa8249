using Messaging.Kit.Messages;

namespace Messaging.Kit.InMemory;

/// <summary>One delivery of a message: a copy that its receiver may change.</summary>
internal abstract class InMemoryEnvelope : ReceivedEnvelope
{
    protected InMemoryEnvelope(in StoredContent content, byte[] body)
        : base(content.Uuid, content.Id, content.Type, body)
    {
        (Source, Time, Key, ContentType) = (content.Source, content.Time, content.Key, content.ContentType);
        if (content.Headers is not null)
        {
            CopyHeaders(content.Headers);
        }
    }
}
