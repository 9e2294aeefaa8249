namespace Messaging.Kit.Testing.Bus;

/// <summary>The message that the bus tests publish.</summary>
internal sealed record Numbered(int Number, string Key);
