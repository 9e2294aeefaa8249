using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.SQS;
using Amazon.SQS.Model;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>The SDK's message to and from the envelope. Everything travels in the body, as a structured CloudEvent.</summary>
internal static class SqsMessage
{
    /// <summary>The system attributes that <see cref="Read"/> uses; SQS returns only what is asked for.</summary>
    public static readonly List<string> SystemAttributes =
    [
        MessageSystemAttributeName.ApproximateReceiveCount,
        MessageSystemAttributeName.ApproximateFirstReceiveTimestamp,
        MessageSystemAttributeName.SentTimestamp,
        MessageSystemAttributeName.MessageGroupId,
        MessageSystemAttributeName.AWSTraceHeader,
    ];

    private const int LongestGroupId = 128;

    // "alphanumeric characters and punctuation": ASCII from ! to ~.
    private static readonly SearchValues<char> GroupIdCharacters =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c)]);

    /// <summary>How long SQS holds a new message back at most.</summary>
    public static TimeSpan LongestDelay { get; } = TimeSpan.FromMinutes(15);

    /// <summary>Why an envelope cannot be sent to such a queue, or <see langword="null"/> when it can.</summary>
    public static TransportException? FaultOf(Envelope envelope, SqsQueue queue)
    {
        if (queue.IsFifo && envelope.Key is null)
        {
            return new(
                FailureKind.Permanent,
                $"A message without a key cannot go to the FIFO queue '{queue.Name}'. Give it one with KeyBy or PublishOptions.Key.");
        }

        if (queue.IsFifo && envelope.Delay > TimeSpan.Zero)
        {
            return new(
                FailureKind.Permanent,
                $"A FIFO queue takes no delay for a single message, so '{queue.Name}' cannot hold it back for {envelope.Delay}. Set the queue's own delay, or use a standard queue.");
        }

        return envelope.Delay > LongestDelay
            ? new(
                FailureKind.Permanent,
                $"SQS holds a message back for 15 minutes at most, so '{queue.Name}' cannot do it for {envelope.Delay}. Use a scheduler for longer delays.")
            : null;
    }

    /// <summary>Makes an entry of a batch.</summary>
    /// <param name="envelope">The envelope; <see cref="FaultOf"/> has nothing against it.</param>
    /// <param name="index">Its place in the batch, which becomes the entry's id.</param>
    /// <param name="isFifo">Whether it goes to a FIFO queue.</param>
    /// <param name="buffer">Holds the body's bytes afterwards.</param>
    public static SendMessageBatchRequestEntry Write(Envelope envelope, int index, bool isFifo, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        CloudEventsJson.Write(envelope, buffer);
        var entry = new SendMessageBatchRequestEntry(SqsBatch.IdOf(index), Encoding.UTF8.GetString(buffer.WrittenSpan))
        {
            // On a standard queue the group is the tenant of a fair queue and costs no order.
            MessageGroupId = envelope.Key is null ? null : LegalId(envelope.Key),
            MessageDeduplicationId = isFifo ? LegalId(envelope.DeduplicationId) : null,
            DelaySeconds = envelope.Delay > TimeSpan.Zero ? (int)Math.Ceiling(envelope.Delay.TotalSeconds) : null,
        };
        if (envelope.HasHeaders && envelope.Headers["traceparent"] is { } traceParent && XRayTrace.FromTraceParent(traceParent) is { } trace)
        {
            entry.MessageSystemAttributes = new()
            {
                [MessageSystemAttributeNameForSends.AWSTraceHeader] = new() { DataType = "String", StringValue = trace },
            };
        }

        return entry;
    }

    /// <summary>Reads a message, whoever wrote it. Does not throw for any body.</summary>
    /// <param name="message">The message.</param>
    /// <param name="asked">When the receive was asked for.</param>
    public static SqsReceivedEnvelope Read(Message message, long asked)
    {
        var content = ForeignMessage.Read(Encoding.UTF8.GetBytes(message.Body ?? ""), message.MessageId);
        if (message.MessageAttributes is { } attributes)
        {
            foreach (var (name, value) in attributes)
            {
                ForeignMessage.AddAttribute(content, name, TextOf(value));
            }
        }

        if (Attribute(message, MessageSystemAttributeName.AWSTraceHeader) is { } trace
            && content.Headers["traceparent"] is null
            && XRayTrace.ToTraceParent(trace) is { } traceParent)
        {
            content.Headers.Set("traceparent", traceParent);
        }

        var sent = Time(message, MessageSystemAttributeName.SentTimestamp) ?? default;
        return new(content, message.ReceiptHandle, sent, Attribute(message, MessageSystemAttributeName.MessageGroupId))
        {
            Asked = asked,
            DeliveryCount = int.TryParse(Attribute(message, MessageSystemAttributeName.ApproximateReceiveCount), CultureInfo.InvariantCulture, out var count) ? count : 1,
            FirstDelivered = Time(message, MessageSystemAttributeName.ApproximateFirstReceiveTimestamp),
        };
    }

    /// <summary>A group or deduplication id: the true key and id travel in the body, so what SQS and SNS would refuse can be replaced by anything that is as unique.</summary>
    public static string LegalId(string id) =>
        id.Length is > 0 and <= LongestGroupId && id.AsSpan().IndexOfAnyExcept(GroupIdCharacters) < 0
            ? id
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private static string? Attribute(Message message, string name) => message.Attributes?.GetValueOrDefault(name);

    private static DateTimeOffset? Time(Message message, string name) =>
        long.TryParse(Attribute(message, name), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    private static string TextOf(MessageAttributeValue value) =>
        value.StringValue ?? (value.BinaryValue is { } binary ? Convert.ToBase64String(binary.ToArray()) : "");
}
