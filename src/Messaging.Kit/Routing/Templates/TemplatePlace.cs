namespace Messaging.Kit.Routing.Templates;

/// <summary>Where a placeholder stands, which decides what becomes of its value.</summary>
internal enum TemplatePlace : byte
{
    /// <summary>A value of JSON.</summary>
    Value,

    /// <summary>Within a string of JSON.</summary>
    String,

    /// <summary>In a text that is not JSON.</summary>
    Text,
}
