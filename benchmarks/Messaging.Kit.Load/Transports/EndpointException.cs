using Amazon.Runtime;
using Confluent.Kafka;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Load.Transports;

/// <summary>The endpoint is missing or of no use; the text says how to get one.</summary>
internal sealed class EndpointException(string message) : Exception(message)
{
    /// <summary>Whether an exception is the endpoint's doing, by way of the kit, of a raw client or of the tool: its text is all that a reader needs.</summary>
    public static bool Covers(Exception exception) => exception is EndpointException or MessagingException or KafkaException
        or AmazonClientException or AmazonServiceException or HttpRequestException or OperationCanceledException;
}
