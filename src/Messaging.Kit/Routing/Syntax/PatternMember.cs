namespace Messaging.Kit.Routing.Syntax;

/// <summary>A member of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Offset">Where the name begins, in bytes.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct PatternMember(string Name, int Offset, PatternJson Value);
