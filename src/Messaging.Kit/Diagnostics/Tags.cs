namespace Messaging.Kit.Diagnostics;

/// <summary>Attribute names of the OpenTelemetry messaging conventions.</summary>
internal static class Tags
{
    public const string System = "messaging.system";
    public const string OperationName = "messaging.operation.name";
    public const string OperationType = "messaging.operation.type";
    public const string Destination = "messaging.destination.name";
    public const string ConsumerGroup = "messaging.consumer.group.name";
    public const string MessageId = "messaging.message.id";
    public const string BodySize = "messaging.message.body.size";
    public const string BatchCount = "messaging.batch.message_count";
    public const string ErrorType = "error.type";
}
