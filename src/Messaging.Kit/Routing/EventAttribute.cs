namespace Messaging.Kit.Routing;

/// <summary>
/// An attribute of a message. Several of them stand for an event without nesting; a name with dots is matched by a pattern with the
/// same dots.
/// </summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value as text. One that is not what its type says is as if the attribute was absent.</param>
/// <param name="Kind">The type.</param>
public readonly record struct EventAttribute(string Name, string Value, EventAttributeKind Kind = EventAttributeKind.Text);
