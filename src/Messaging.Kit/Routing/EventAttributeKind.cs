namespace Messaging.Kit.Routing;

/// <summary>The type of a message attribute.</summary>
public enum EventAttributeKind
{
    /// <summary>A string.</summary>
    Text,

    /// <summary>A JSON array, as text, of strings, numbers, true, false and null.</summary>
    TextArray,

    /// <summary>A number, as text.</summary>
    Number,

    /// <summary>Bytes, which no pattern sees: the attribute is as if it was absent.</summary>
    Binary,
}
