using Messaging.Kit.Transports;

namespace Messaging.Kit.Testing;

/// <summary>Something that happened to a message.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="MessageId">The message's id.</param>
/// <param name="Type">The name of its type on the wire.</param>
/// <param name="Endpoint">Where it was published or dead-lettered to; else where it came from.</param>
/// <param name="Message">The message itself, when it was published or handled.</param>
/// <param name="Failure">Why, when something failed.</param>
public sealed record MessageEvent(MessageEventKind Kind, string MessageId, string Type, TransportEndpoint Endpoint, object? Message, Exception? Failure);
