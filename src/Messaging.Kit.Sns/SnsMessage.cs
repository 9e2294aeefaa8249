using System.Buffers;
using System.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sns;

/// <summary>
/// The client's entry from the envelope. Everything travels in the body, as a structured CloudEvent; what filter policies may look at
/// is there once more as attributes: type, source, and the first headers, but not those of the trace.
/// </summary>
internal static class SnsMessage
{
    /// <summary>A message with more is not delivered raw.</summary>
    public const int MaxAttributes = 10;

    private const string String = "String";
    private const string SubjectHeader = "subject";
    private const int LongestSubject = 99;
    private const int LongestAttributeName = 256;

    private static readonly SearchValues<char> SubjectCharacters = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)]);

    // What XML cannot say, and SNS refuses, but for halves of surrogate pairs, which are replaced on their way out.
    private static readonly SearchValues<char> Unspeakable =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (char)c).Except("\t\r\n"), '\uFFFE', '\uFFFF']);

    /// <summary>Why an envelope cannot be sent to such a topic, or <see langword="null"/> when it can.</summary>
    public static TransportException? FaultOf(Envelope envelope, SnsTopic topic)
    {
        if (topic.IsFifo && envelope.Key is null)
        {
            return new(
                FailureKind.Permanent,
                $"A message without a key cannot go to the FIFO topic '{topic.Name}'. Give it one with KeyBy or PublishOptions.Key.");
        }

        return envelope.Delay > TimeSpan.Zero
            ? new(FailureKind.Permanent, $"SNS holds no message back, so '{topic.Name}' cannot do it for {envelope.Delay}. Delay it on the queue that is subscribed.")
            : null;
    }

    /// <summary>Whether SNS takes a text for a subject.</summary>
    public static bool IsSubject(string text) =>
        text.Length is > 0 and <= LongestSubject && text[0] != ' ' && text.AsSpan().IndexOfAnyExcept(SubjectCharacters) < 0;

    /// <summary>The size of an envelope as SNS counts it: the body, and name, type and value of each attribute.</summary>
    public static int Measure(Envelope envelope) => CloudEventsJson.Measure(envelope) + Attributes(envelope, null);

    /// <summary>Makes an entry of a batch.</summary>
    /// <param name="envelope">The envelope; <see cref="FaultOf"/> has nothing against it.</param>
    /// <param name="index">Its place in the batch, which becomes the entry's id.</param>
    /// <param name="isFifo">Whether it goes to a FIFO topic.</param>
    /// <param name="subject">The topic's own subject, if it has one.</param>
    /// <param name="buffer">Takes the body, and is not touched while the entry is used.</param>
    public static SnsPublishEntry Write(Envelope envelope, int index, bool isFifo, string? subject, ArrayBufferWriter<byte> buffer)
    {
        var start = buffer.WrittenCount;
        CloudEventsJson.Write(envelope, buffer);
        var attributes = new List<SnsAttribute>();
        Attributes(envelope, attributes);
        return new SnsPublishEntry(SnsBatch.IdOf(index), buffer.WrittenMemory[start..])
        {
            Subject = envelope.HasHeaders && envelope.Headers[SubjectHeader] is { } own && IsSubject(own) ? own : subject,

            // From a standard topic it goes to standard queues, where it is the tenant of a fair queue and costs no order.
            MessageGroupId = envelope.Key is null ? null : SqsMessage.LegalId(envelope.Key),
            MessageDeduplicationId = isFifo ? SqsMessage.LegalId(envelope.DeduplicationId) : null,
            Attributes = attributes,
        };
    }

    // Measures them, and lists them where there is a list. The first headers count, in the order they were set.
    private static int Attributes(Envelope envelope, List<SnsAttribute>? attributes)
    {
        var (count, bytes) = (0, 0);
        Add("type", envelope.Type);
        Add("source", envelope.Source);
        if (envelope.HasHeaders)
        {
            foreach (var (name, value) in envelope.Headers)
            {
                if (name is not (HeaderNames.TraceParent or HeaderNames.TraceState) && name.Length <= LongestAttributeName)
                {
                    Add(name, value);
                }
            }
        }

        return bytes;

        void Add(string name, string value)
        {
            if (count < MaxAttributes && value.Length > 0 && value.AsSpan().IndexOfAny(Unspeakable) < 0)
            {
                count++;
                bytes += name.Length + String.Length + Encoding.UTF8.GetByteCount(value);
                attributes?.Add(new SnsAttribute(name, String, value));
            }
        }
    }
}
