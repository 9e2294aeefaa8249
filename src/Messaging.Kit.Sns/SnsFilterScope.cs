namespace Messaging.Kit.Sns;

/// <summary>What the filter policy of a subscription looks at.</summary>
public enum SnsFilterScope
{
    /// <summary>The attributes of a message: <c>type</c>, <c>source</c> and its first headers, ten in all at most.</summary>
    Attributes,

    /// <summary>The body, which is a CloudEvent in JSON: its type is <c>type</c>, and the message itself is in <c>data</c>.</summary>
    Body,
}
