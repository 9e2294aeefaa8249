namespace Messaging.Kit.Routing;

/// <summary>The services that read patterns. Each takes a part of the language.</summary>
public enum EventPatternDialect
{
    /// <summary>The pattern of a rule of an Amazon EventBridge bus.</summary>
    EventBridge,

    /// <summary>The filter policy of an Amazon SNS subscription that looks at message attributes.</summary>
    SnsMessageAttributes,

    /// <summary>The filter policy of an Amazon SNS subscription that looks at the message's body.</summary>
    SnsMessageBody,
}
