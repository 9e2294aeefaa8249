using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;

namespace Messaging.Kit.EventBridge;

/// <summary>
/// The client's entry from the envelope: source, type and time in the fields of EventBridge, the body as the detail, and the rest in a
/// resource of the kit's own, which <see cref="CloudEventsResource"/> describes.
/// </summary>
internal static class EventBridgeMessage
{
    private const string Reserved = "aws.";
    private const int LongestType = 128;
    private const int TimeBytes = 14;

    /// <summary>Why an envelope cannot be sent, or <see langword="null"/> when it can.</summary>
    public static TransportException? FaultOf(Envelope envelope, string bus)
    {
        if (envelope.Delay > TimeSpan.Zero)
        {
            return new(FailureKind.Permanent, $"EventBridge holds no event back, so '{bus}' cannot do it for {envelope.Delay}. Delay it on the queue of a rule.");
        }

        if (envelope.Source.StartsWith(Reserved, StringComparison.Ordinal))
        {
            return new(FailureKind.Permanent, $"'{envelope.Source}' cannot be the source of an event on '{bus}': what begins with {Reserved} is AWS's. Set another source in AddMessaging.");
        }

        return envelope.Type.Length > LongestType
            ? new(FailureKind.Permanent, $"The type '{envelope.Type[..20]}...' has {envelope.Type.Length} characters, and EventBridge takes {LongestType}. Publish it under a shorter one.")
            : null;
    }

    /// <summary>The size of an envelope as EventBridge counts it.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="resources">The resources that all events have.</param>
    public static int Measure(Envelope envelope, IReadOnlyList<string> resources)
    {
        var member = EventForm.MemberOf(envelope);
        var size = envelope.Time == default ? 0 : TimeBytes;
        size += Encoding.UTF8.GetByteCount(EventForm.OrNothing(envelope.Source)) + Encoding.UTF8.GetByteCount(EventForm.OrNothing(envelope.Type));
        size += MeasureDetail(envelope, member) + CloudEventsResource.Measure(envelope, member);
        for (var i = 0; i < resources.Count; i++)
        {
            size += Encoding.UTF8.GetByteCount(resources[i]);
        }

        return size;
    }

    /// <summary>Makes an entry.</summary>
    /// <param name="envelope">The envelope; <see cref="FaultOf"/> has nothing against it.</param>
    /// <param name="bus">The bus, by name or ARN.</param>
    /// <param name="resources">The resources that all events have.</param>
    /// <returns>The entry, whose detail may be the body's memory.</returns>
    public static EventBridgeEntry Write(Envelope envelope, string bus, IReadOnlyList<string> resources)
    {
        var member = EventForm.MemberOf(envelope);
        return new(EventForm.OrNothing(envelope.Source), EventForm.OrNothing(envelope.Type), WriteDetail(envelope, member))
        {
            Time = envelope.Time == default ? null : envelope.Time,
            Resources = [.. resources, .. CloudEventsResource.Write(envelope, member)],
            EventBusName = bus,
            TraceHeader = envelope.HasHeaders && envelope.Headers[HeaderNames.TraceParent] is { } traceParent ? XRayTrace.FromTraceParent(traceParent) : null,
        };
    }

    private static int MeasureDetail(Envelope envelope, string? member) => member switch
    {
        null => envelope.Body.Length,
        EventForm.Data => """{"data":}""".Length + envelope.Body.Length,
        _ when envelope.Body.IsEmpty => "{}".Length,
        _ => """{"data_base64":""}""".Length + Base64.GetMaxEncodedToUtf8Length(envelope.Body.Length),
    };

    private static ReadOnlyMemory<byte> WriteDetail(Envelope envelope, string? member)
    {
        if (member is null)
        {
            return envelope.Body;
        }

        var detail = new ArrayBufferWriter<byte>(MeasureDetail(envelope, member));
        if (member == EventForm.Data)
        {
            detail.Write("{\"data\":"u8);
            detail.Write(envelope.Body.Span);
            detail.Write("}"u8);
        }
        else if (envelope.Body.IsEmpty)
        {
            detail.Write("{}"u8);
        }
        else
        {
            detail.Write("{\"data_base64\":\""u8);
            _ = Base64.EncodeToUtf8(envelope.Body.Span, detail.GetSpan(Base64.GetMaxEncodedToUtf8Length(envelope.Body.Length)), out _, out var written);
            detail.Advance(written);
            detail.Write("\"}"u8);
        }

        return detail.WrittenMemory;
    }
}
