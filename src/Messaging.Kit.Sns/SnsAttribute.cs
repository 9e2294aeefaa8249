namespace Messaging.Kit.Sns;

/// <summary>An attribute of a message, which subscriptions can filter by.</summary>
/// <param name="Name">The name, up to 256 letters, digits, underscores, hyphens and periods.</param>
/// <param name="DataType"><c>String</c>, <c>String.Array</c> (JSON text), <c>Number</c> or <c>Binary</c>.</param>
/// <param name="StringValue">The value of any type but <c>Binary</c>, not empty.</param>
/// <param name="BinaryValue">The value of the type <c>Binary</c>, which is sent when there is no <paramref name="StringValue"/>. The memory is the caller's.</param>
public readonly record struct SnsAttribute(string Name, string DataType, string? StringValue, ReadOnlyMemory<byte> BinaryValue = default);
