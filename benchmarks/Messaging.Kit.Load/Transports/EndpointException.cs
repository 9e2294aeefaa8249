namespace Messaging.Kit.Load.Transports;

/// <summary>The endpoint is missing or of no use; the text says how to get one.</summary>
internal sealed class EndpointException(string message) : Exception(message);
