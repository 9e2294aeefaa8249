using Confluent.Kafka;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Kafka;

/// <summary>Says of every failure of Kafka and of its client what kind it is.</summary>
internal static class KafkaErrors
{
    /// <summary>What an error is to the kit.</summary>
    /// <param name="error">The error.</param>
    /// <param name="action">What was being done, such as <c>publish</c>.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="cause">What was thrown, if anything was.</param>
    /// <param name="last">What the client last said of itself: when time is up, that is why.</param>
    public static TransportException Translate(Error error, string action, string topic, Exception? cause = null, Error? last = null)
    {
        var kind = KindOf(error);
        var why = error.Code is (ErrorCode.Local_MsgTimedOut or ErrorCode.Local_TimedOut) && last is not null ? $" The client's last error: {last.Reason} ({last.Code}).{Advice(last, KindOf(last))}" : "";
        return new(kind, $"Kafka: {action} on '{topic}' failed: {error.Reason} ({error.Code}).{Advice(error, kind)}{why}", cause) { Code = error.Code.ToString() };
    }

    /// <summary>Whether an error means that the brokers do not let the client in: nothing gets better by waiting.</summary>
    public static bool IsRefusal(Error error) => error.Code is ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.SaslAuthenticationFailed;

    /// <summary>Whether an error lasts until somebody does something about it. The client tells it once.</summary>
    public static bool IsStanding(Error error) =>
        IsRefusal(error) || KindOf(error) == FailureKind.NotFound || error.Code is ErrorCode.TopicAuthorizationFailed;

    private static FailureKind KindOf(Error error) => error.Code switch
    {
        ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.SaslAuthenticationFailed
            or ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
            or ErrorCode.TransactionalIdAuthorizationFailed or ErrorCode.UnsupportedSaslMechanism or ErrorCode.IllegalSaslState => FailureKind.Denied,
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition or ErrorCode.UnknownTopicId => FailureKind.NotFound,
        ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge => FailureKind.TooLarge,
        ErrorCode.ThrottlingQuotaExceeded or ErrorCode.Local_QueueFull => FailureKind.Throttled,

        ErrorCode.InvalidMsg or ErrorCode.InvalidRecord or ErrorCode.InvalidTimestamp or ErrorCode.InvalidRequiredAcks or ErrorCode.TopicException
            or ErrorCode.UnsupportedForMessageFormat or ErrorCode.UnsupportedVersion or ErrorCode.PolicyViolation
            or ErrorCode.Local_InvalidArg or ErrorCode.InvalidConfig or ErrorCode.InvalidPartitions or ErrorCode.InvalidReplicationFactor
            or ErrorCode.UnsupportedCompressionType => FailureKind.Permanent,

        // A client that has ended is replaced; what it had may be tried again with the next.
        _ => FailureKind.Transient,
    };

    private static string Advice(Error error, FailureKind kind) => (error.Code, kind) switch
    {
        (ErrorCode.Local_Ssl, _) => " Check CaLocation: the authority that signed the brokers' certificates must be in it; that the brokers are named as in their certificates; and that they expect TLS.",
        (ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed, _) => " Check Authentication, Username and Password, or what TokenProvider returns.",
        (ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Transport or ErrorCode.Local_Resolve, _) => " Check BootstrapServers, and whether the brokers expect TLS, or to be told who one is (Authentication).",
        (ErrorCode.Local_MsgTimedOut, _) => " No broker has confirmed it within DeliveryTimeout; it may have arrived all the same.",
        (_, FailureKind.NotFound) => " Create the topic, or set Topology to Create.",
        (_, FailureKind.Denied) => " The principal needs an ACL for it.",
        (_, FailureKind.TooLarge) => " Compare MaxMessageBytes with max.message.bytes of the topic; compress the message, or send a reference to it.",
        _ => "",
    };
}
