namespace Messaging.Kit.Messages;

/// <summary>What of an envelope can be changed, at one moment.</summary>
internal readonly record struct EnvelopeState(
    string ContentType, ReadOnlyMemory<byte> Body, bool? HasJsonBody, (KeyValuePair<string, string>[] Pairs, int Count)? Headers);
