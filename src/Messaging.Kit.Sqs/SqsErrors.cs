using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.SQS.Model;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Sqs;

/// <summary>Says of every failure of SQS and of its client what kind it is.</summary>
/// <remarks>
/// The codes are those of the service's model, in the legacy form that the SDK hands out
/// (<c>AWS.SimpleQueueService.NonExistentQueue</c>), in the form without it, and those of the AWS gateway before the service.
/// </remarks>
internal static class SqsErrors
{
    private const string LegacyPrefix = "AWS.SimpleQueueService.";

    /// <summary>What a call that threw is to the kit.</summary>
    public static TransportException Translate(Exception exception, string action, string queue) => exception switch
    {
        AmazonServiceException service => Make(KindOf(service), action, queue, service.ErrorCode, service.Message, service),
        HttpRequestException or TimeoutException or IOException or SocketException or OperationCanceledException =>
            new(FailureKind.Transient, $"SQS could not be reached for {action} on '{queue}': {exception.Message}", exception),

        // The SDK has no exception type of its own for this; the text is all there is.
        AmazonClientException when Mentions(exception.Message, "credentials") =>
            new(FailureKind.Denied, $"There are no AWS credentials for {action} on '{queue}': {exception.Message}", exception),
        _ => new(FailureKind.Permanent, $"{action} on '{queue}' failed: {exception.Message}", exception),
    };

    /// <summary>What an entry that SQS refused is to the kit.</summary>
    public static TransportException Translate(BatchResultErrorEntry entry, string action, string queue)
    {
        var kind = KindOf(entry.Code, entry.Message) ?? (entry.SenderFault == true ? FailureKind.Permanent : FailureKind.Transient);
        return Make(kind, action, queue, entry.Code, entry.Message, null);
    }

    private static FailureKind KindOf(AmazonServiceException exception)
    {
        if (KindOf(exception.ErrorCode, exception.Message) is { } kind)
        {
            return kind;
        }

        return exception.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => FailureKind.Throttled,
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => FailureKind.Transient,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => FailureKind.Denied,
            HttpStatusCode.NotFound => FailureKind.NotFound,
            HttpStatusCode.RequestEntityTooLarge => FailureKind.TooLarge,

            // Neither a code nor a status: the SDK could not make sense of the answer, a checksum for example.
            0 => FailureKind.Transient,
            _ => FailureKind.Permanent,
        };
    }

    private static FailureKind? KindOf(string? code, string? message) => ShortCode(code) switch
    {
        "RequestThrottled" or "RequestThrottledException" or "Throttling" or "ThrottlingException" or "ThrottledException"
            or "TooManyRequestsException" or "RequestLimitExceeded" or "BandwidthLimitExceeded" or "SlowDown"
            or "KMS.ThrottlingException" or "KmsThrottled" => FailureKind.Throttled,

        // The clock errors are transient, for the SDK corrects its clock by the answer.
        "OverLimit" or "InternalError" or "InternalFailure" or "InternalServerError" or "ServiceUnavailable"
            or "RequestTimeout" or "RequestTimeoutException" or "RequestExpired" or "RequestTimeTooSkewed"
            or "QueueDeletedRecently" => FailureKind.Transient,

        "NonExistentQueue" or "QueueDoesNotExist" or "InvalidAddress" or "ResourceNotFoundException"
            or "ReceiptHandleIsInvalid" or "MessageNotInflight" => FailureKind.NotFound,
        "InvalidParameterValue" when Mentions(message, "receipt handle") || Mentions(message, "ReceiptHandle") => FailureKind.NotFound,

        "InvalidMessageContents" => FailureKind.Permanent,

        "BatchRequestTooLong" => FailureKind.TooLarge,
        "InvalidParameterValue" or "InvalidAttributeValue" when Mentions(message, "TooLong") || Mentions(message, "longer than")
            || Mentions(message, "shorter than") => FailureKind.TooLarge,

        "AccessDenied" or "AccessDeniedException" or "InvalidSecurity" or "InvalidClientTokenId" or "SignatureDoesNotMatch"
            or "InvalidSignatureException" or "IncompleteSignature" or "MissingAuthenticationToken" or "MissingAuthenticationTokenException"
            or "ExpiredToken" or "ExpiredTokenException" or "UnrecognizedClientException" or "NotAuthorized" or "AuthFailure"
            or "OptInRequired" or "KMS.AccessDeniedException" or "KmsAccessDenied" or "KMS.OptInRequired" or "KmsOptInRequired" => FailureKind.Denied,
        _ => null,
    };

    private static TransportException Make(FailureKind kind, string action, string queue, string? code, string? message, Exception? cause)
    {
        var advice = (kind, ShortCode(code)) switch
        {
            (FailureKind.NotFound, "ReceiptHandleIsInvalid" or "MessageNotInflight" or "InvalidParameterValue") => " The message is settled or its lease is over.",
            (FailureKind.NotFound, _) => " Create the queue, or set Topology to Create; check the region and the account.",
            (FailureKind.Denied, _) => $" The caller needs {PermissionFor(action)} on the queue, and the use of its key when it has one.",
            (_, "OverLimit") => " Too many received messages are neither deleted nor returned; the queue goes on when some are.",
            _ => "",
        };
        return new(kind, $"SQS refused {action} on '{queue}': {message} ({code ?? "no code"}).{advice}", cause) { Code = code };
    }

    // A batch needs the permission of the single call.
    private static string PermissionFor(string action) =>
        "sqs:" + (action.EndsWith("Batch", StringComparison.Ordinal) ? action[..^"Batch".Length] : action);

    private static string ShortCode(string? code) =>
        code is null ? "" : code.StartsWith(LegacyPrefix, StringComparison.Ordinal) ? code[LegacyPrefix.Length..] : code;

    private static bool Mentions(string? text, string word) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;
}
