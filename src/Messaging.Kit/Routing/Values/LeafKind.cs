namespace Messaging.Kit.Routing.Values;

/// <summary>What a leaf of an event is. Types never match each other: 5 is not "5".</summary>
internal enum LeafKind : byte
{
    Text,
    Number,
    True,
    False,
    Null,
}
