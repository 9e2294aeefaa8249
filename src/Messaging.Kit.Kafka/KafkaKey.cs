namespace Messaging.Kit.Kafka;

/// <summary>The key of a message: as text, and as bytes where they are not text.</summary>
/// <param name="Text">The key; bytes that are not UTF-8 as <c>0x</c> and hexadecimal digits.</param>
/// <param name="Raw">The bytes, where they are not UTF-8.</param>
internal readonly record struct KafkaKey(string? Text, byte[]? Raw);
