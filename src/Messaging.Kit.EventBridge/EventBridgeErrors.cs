using Amazon.Runtime;
using Messaging.Kit.Aws;
using Messaging.Kit.Messages;

namespace Messaging.Kit.EventBridge;

/// <summary>Says of every failure of EventBridge and of its client what kind it is.</summary>
/// <remarks>The codes are those of the service's model, of its entries, and of the AWS gateway before the service.</remarks>
internal static class EventBridgeErrors
{
    /// <summary>What a call that threw is to the kit.</summary>
    public static TransportException Translate(Exception exception, string action, string bus) => exception is AmazonServiceException service
        ? Make(KindOf(service.ErrorCode, service.Message) ?? AwsErrors.KindOf(service), action, bus, service.ErrorCode, service.Message, service)
        : AwsErrors.Unanswered(exception, "EventBridge", action, bus);

    /// <summary>What an entry that EventBridge refused is to the kit. Of the codes of entries it names those that are worth another try; all others are not.</summary>
    public static TransportException Translate(EventBridgeOutcome outcome, string action, string bus) =>
        Make(KindOf(outcome.ErrorCode, outcome.ErrorMessage) ?? FailureKind.Permanent, action, bus, outcome.ErrorCode, outcome.ErrorMessage, null);

    private static FailureKind? KindOf(string? code, string? message) => code switch
    {
        // Somebody else changes the same thing at the moment.
        "ConcurrentModificationException" => FailureKind.Transient,

        "ValidationException" or "InvalidArgument" or "RequestEntityTooLargeException"
            when AwsErrors.Mentions(message, "size of the entries") || AwsErrors.Mentions(message, "too large") || AwsErrors.Mentions(message, "over the limit") =>
            FailureKind.TooLarge,

        "NotAuthorizedForSourceException" or "NotAuthorizedForDetailTypeException" or "NotAuthorizedException" => FailureKind.Denied,
        _ => AwsErrors.KindOf(code, message),
    };

    private static TransportException Make(FailureKind kind, string action, string bus, string? code, string? message, Exception? cause)
    {
        var advice = kind switch
        {
            FailureKind.NotFound => " Create the bus, or set Topology to Create; check the region and the account.",
            FailureKind.Denied => $" The caller needs events:{action} on the bus, and the use of its key when it has one.",
            _ => "",
        };
        return new(kind, $"EventBridge refused {action} on '{bus}': {message} ({code ?? "no code"}).{advice}", cause) { Code = code };
    }
}
