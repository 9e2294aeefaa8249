using Amazon.Runtime;
using Messaging.Kit.Aws;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Sns;

/// <summary>Says of every failure of SNS and of its client what kind it is.</summary>
/// <remarks>
/// The codes are those of the service's model, which the SDK's own client has for its exceptions too, in the form of the wire
/// (<c>NotFound</c>) and of the model (<c>NotFoundException</c>), and those of the AWS gateway before the service.
/// </remarks>
internal static class SnsErrors
{
    /// <summary>What a call that threw is to the kit.</summary>
    public static TransportException Translate(Exception exception, string action, string topic) => exception is AmazonServiceException service
        ? Make(KindOf(service.ErrorCode, service.Message) ?? AwsErrors.KindOf(service), action, topic, service.ErrorCode, service.Message, service)
        : AwsErrors.Unanswered(exception, "SNS", action, topic);

    /// <summary>What an entry that SNS refused is to the kit.</summary>
    public static TransportException Translate(SnsPublishOutcome outcome, string action, string topic)
    {
        var kind = KindOf(outcome.ErrorCode, outcome.ErrorMessage) ?? (outcome.IsSenderFault ? FailureKind.Permanent : FailureKind.Transient);
        return Make(kind, action, topic, outcome.ErrorCode, outcome.ErrorMessage, null);
    }

    private static FailureKind? KindOf(string? code, string? message) => code switch
    {
        "Throttled" or "KMSThrottling" or "KMSThrottlingException" => FailureKind.Throttled,
        "NotFound" or "NotFoundException" or "ResourceNotFound" => FailureKind.NotFound,

        "BatchRequestTooLong" or "BatchRequestTooLongException" => FailureKind.TooLarge,
        "InvalidParameter" or "InvalidParameterException" or "InvalidParameterValue" or "ParameterValueInvalid"
            when AwsErrors.Mentions(message, "too long") || AwsErrors.Mentions(message, "must be shorter") => FailureKind.TooLarge,

        "AuthorizationError" or "AuthorizationErrorException" or "InvalidSecurityException" or "KMSAccessDenied" or "KMSAccessDeniedException"
            or "KMSOptInRequired" => FailureKind.Denied,

        // Nothing changes by itself here, whatever the status says.
        "KMSDisabled" or "KMSDisabledException" or "KMSInvalidState" or "KMSInvalidStateException" or "KMSNotFound" or "KMSNotFoundException"
            or "EndpointDisabled" or "EndpointDisabledException" or "FilterPolicyLimitExceeded" or "FilterPolicyLimitExceededException"
            or "SubscriptionLimitExceeded" or "SubscriptionLimitExceededException" or "TopicLimitExceeded" or "TopicLimitExceededException" => FailureKind.Permanent,
        _ => AwsErrors.KindOf(code, message),
    };

    private static TransportException Make(FailureKind kind, string action, string topic, string? code, string? message, Exception? cause)
    {
        var advice = kind switch
        {
            FailureKind.NotFound => " Create the topic, or set Topology to Create; check the region and the account.",
            FailureKind.Denied => $" The caller needs {PermissionFor(action)} on the topic, and the use of its key when it has one.",
            _ => "",
        };
        return new(kind, $"SNS refused {action} on '{topic}': {message} ({code ?? "no code"}).{advice}", cause) { Code = code };
    }

    // A batch needs the permission of the single call.
    private static string PermissionFor(string action) =>
        "sns:" + (action.EndsWith("Batch", StringComparison.Ordinal) ? action[..^"Batch".Length] : action);
}
