using Amazon.Runtime;
using Amazon.SQS.Model;
using Messaging.Kit.Aws;
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
    public static TransportException Translate(Exception exception, string action, string queue) => exception is AmazonServiceException service
        ? Make(KindOf(service.ErrorCode, service.Message) ?? AwsErrors.KindOf(service), action, queue, service.ErrorCode, service.Message, service)
        : AwsErrors.Unanswered(exception, "SQS", action, queue);

    /// <summary>What an entry that SQS refused is to the kit.</summary>
    public static TransportException Translate(BatchResultErrorEntry entry, string action, string queue)
    {
        var kind = KindOf(entry.Code, entry.Message) ?? (entry.SenderFault == true ? FailureKind.Permanent : FailureKind.Transient);
        return Make(kind, action, queue, entry.Code, entry.Message, null);
    }

    private static FailureKind? KindOf(string? code, string? message) => ShortCode(code) switch
    {
        "KMS.ThrottlingException" or "KmsThrottled" => FailureKind.Throttled,
        "OverLimit" or "QueueDeletedRecently" => FailureKind.Transient,

        "NonExistentQueue" or "QueueDoesNotExist" or "InvalidAddress" or "ReceiptHandleIsInvalid" or "MessageNotInflight" => FailureKind.NotFound,
        "InvalidParameterValue" when AwsErrors.Mentions(message, "receipt handle") || AwsErrors.Mentions(message, "ReceiptHandle") => FailureKind.NotFound,

        "InvalidMessageContents" => FailureKind.Permanent,

        "BatchRequestTooLong" => FailureKind.TooLarge,
        "InvalidParameterValue" or "InvalidAttributeValue" when AwsErrors.Mentions(message, "TooLong") || AwsErrors.Mentions(message, "longer than")
            || AwsErrors.Mentions(message, "shorter than") => FailureKind.TooLarge,

        "KMS.AccessDeniedException" or "KmsAccessDenied" or "KMS.OptInRequired" or "KmsOptInRequired" => FailureKind.Denied,
        var common => AwsErrors.KindOf(common, message),
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
}
