namespace Messaging.Kit.EventBridge;

/// <summary>An event that is put. Its size is that of source, type, detail and resources in UTF-8, and 14 bytes when it has a time.</summary>
/// <param name="Source">Where it comes from; <c>aws.</c> at its beginning is reserved.</param>
/// <param name="DetailType">What it is, up to 128 characters.</param>
/// <param name="Detail">What it says: a JSON object, in UTF-8. The memory is the caller's.</param>
public readonly record struct EventBridgeEntry(string Source, string DetailType, ReadOnlyMemory<byte> Detail)
{
    /// <summary>When it happened, in milliseconds; the service's own time unless set.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>ARNs of what it is about.</summary>
    public IReadOnlyList<string>? Resources { get; init; }

    /// <summary>The bus, by name or ARN; the default bus unless set. The service may accept events for a bus that does not exist, and drop them.</summary>
    public string? EventBusName { get; init; }

    /// <summary>The trace it belongs to, in the form of <c>X-Amzn-Trace-Id</c>, up to 500 characters. It does not count towards the size.</summary>
    public string? TraceHeader { get; init; }
}
