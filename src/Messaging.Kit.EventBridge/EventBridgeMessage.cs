using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Messaging.Kit.Messages;
using Messaging.Kit.Sqs;

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

    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

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
        var member = MemberOf(envelope);
        var size = envelope.Time == default ? 0 : TimeBytes;
        size += Encoding.UTF8.GetByteCount(OrNothing(envelope.Source)) + Encoding.UTF8.GetByteCount(OrNothing(envelope.Type));
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
        var member = MemberOf(envelope);
        return new(OrNothing(envelope.Source), OrNothing(envelope.Type), WriteDetail(envelope, member))
        {
            Time = envelope.Time == default ? null : envelope.Time,
            Resources = [.. resources, .. CloudEventsResource.Write(envelope, member)],
            EventBusName = bus,
            TraceHeader = envelope.HasHeaders && envelope.Headers[HeaderNames.TraceParent] is { } traceParent ? XRayTrace.FromTraceParent(traceParent) : null,
        };
    }

    private static string OrNothing(string text) => text.Length > 0 ? text : CloudEventsResource.Nothing;

    // A detail has to be an object: a body that is one is the detail, any other a member of it.
    private static string? MemberOf(Envelope envelope)
    {
        if (!envelope.HasJsonBody)
        {
            return CloudEventsResource.DataBase64;
        }

        return envelope.Body.Span.TrimStart(WhiteSpace) is [(byte)'{', ..] ? null : CloudEventsResource.Data;
    }

    private static int MeasureDetail(Envelope envelope, string? member) => member switch
    {
        null => envelope.Body.Length,
        CloudEventsResource.Data => """{"data":}""".Length + envelope.Body.Length,
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
        if (member == CloudEventsResource.Data)
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
