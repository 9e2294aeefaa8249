namespace Messaging.Kit.Routing.Values;

/// <summary>Which part of a string is compared.</summary>
internal enum TextPart : byte
{
    Whole,
    Start,
    End,
}
