using System.Text.Json;

namespace Messaging.Kit.Routing.Syntax;

/// <summary>A value of the pattern's JSON that knows its place, with members in the order and number in which they are written.</summary>
internal sealed class PatternJson
{
    public required JsonTokenType Kind { get; init; }

    /// <summary>Where it begins, in bytes.</summary>
    public required int Offset { get; init; }

    /// <summary>The characters of a string, the digits of a number as they are written.</summary>
    public string Text { get; init; } = "";

    /// <summary>The elements of an array.</summary>
    public IReadOnlyList<PatternJson> Items { get; init; } = [];

    /// <summary>The members of an object.</summary>
    public IReadOnlyList<PatternMember> Members { get; init; } = [];

    public bool IsText => Kind == JsonTokenType.String;

    public bool IsNumber => Kind == JsonTokenType.Number;

    public bool IsArray => Kind == JsonTokenType.StartArray;

    public bool IsObject => Kind == JsonTokenType.StartObject;

    /// <summary>What it is, for people.</summary>
    public string Description => Kind switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };
}
