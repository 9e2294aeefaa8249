namespace Messaging.Kit.Load;

/// <summary>What is published: a number and as much text as makes the body the wanted size.</summary>
internal sealed record Payload(long Number, string Key, string Text);
