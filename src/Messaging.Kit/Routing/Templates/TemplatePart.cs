namespace Messaging.Kit.Routing.Templates;

/// <summary>A part of a template: text, or a placeholder.</summary>
/// <param name="Literal">What is written as it is.</param>
/// <param name="Name">The name of the placeholder; null for text.</param>
/// <param name="Place">Where the placeholder stands.</param>
internal readonly record struct TemplatePart(byte[] Literal, string? Name, TemplatePlace Place);
