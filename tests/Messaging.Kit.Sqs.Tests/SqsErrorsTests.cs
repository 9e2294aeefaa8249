using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.SQS.Model;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Sqs.Tests;

public sealed class SqsErrorsTests
{
    [Theory]
    [InlineData("RequestThrottled", 403, FailureKind.Throttled)]
    [InlineData("AWS.SimpleQueueService.RequestThrottled", 403, FailureKind.Throttled)]
    [InlineData("Throttling", 400, FailureKind.Throttled)]
    [InlineData("ThrottlingException", 400, FailureKind.Throttled)]
    [InlineData("ThrottledException", 400, FailureKind.Throttled)]
    [InlineData("TooManyRequestsException", 429, FailureKind.Throttled)]
    [InlineData("RequestLimitExceeded", 503, FailureKind.Throttled)]
    [InlineData("KMS.ThrottlingException", 400, FailureKind.Throttled)]
    [InlineData("KmsThrottled", 400, FailureKind.Throttled)]
    [InlineData("SomethingNew", 429, FailureKind.Throttled)]
    [InlineData("OverLimit", 403, FailureKind.Transient)]
    [InlineData("InternalError", 500, FailureKind.Transient)]
    [InlineData("InternalFailure", 500, FailureKind.Transient)]
    [InlineData("ServiceUnavailable", 503, FailureKind.Transient)]
    [InlineData("RequestTimeout", 400, FailureKind.Transient)]
    [InlineData("RequestExpired", 400, FailureKind.Transient)]
    [InlineData("AWS.SimpleQueueService.QueueDeletedRecently", 400, FailureKind.Transient)]
    [InlineData("SomethingNew", 502, FailureKind.Transient)]
    [InlineData("SomethingNew", 408, FailureKind.Transient)]
    [InlineData(null, 0, FailureKind.Transient)]
    [InlineData("AWS.SimpleQueueService.NonExistentQueue", 400, FailureKind.NotFound)]
    [InlineData("QueueDoesNotExist", 400, FailureKind.NotFound)]
    [InlineData("InvalidAddress", 404, FailureKind.NotFound)]
    [InlineData("ResourceNotFoundException", 404, FailureKind.NotFound)]
    [InlineData("ReceiptHandleIsInvalid", 404, FailureKind.NotFound)]
    [InlineData("AWS.SimpleQueueService.MessageNotInflight", 400, FailureKind.NotFound)]
    [InlineData("SomethingNew", 404, FailureKind.NotFound)]
    [InlineData("AWS.SimpleQueueService.BatchRequestTooLong", 400, FailureKind.TooLarge)]
    [InlineData("BatchRequestTooLong", 400, FailureKind.TooLarge)]
    [InlineData("SomethingNew", 413, FailureKind.TooLarge)]
    [InlineData("AccessDenied", 403, FailureKind.Denied)]
    [InlineData("AccessDeniedException", 400, FailureKind.Denied)]
    [InlineData("InvalidSecurity", 403, FailureKind.Denied)]
    [InlineData("InvalidClientTokenId", 403, FailureKind.Denied)]
    [InlineData("SignatureDoesNotMatch", 403, FailureKind.Denied)]
    [InlineData("ExpiredToken", 400, FailureKind.Denied)]
    [InlineData("ExpiredTokenException", 400, FailureKind.Denied)]
    [InlineData("UnrecognizedClientException", 400, FailureKind.Denied)]
    [InlineData("KMS.AccessDeniedException", 400, FailureKind.Denied)]
    [InlineData("KmsAccessDenied", 400, FailureKind.Denied)]
    [InlineData("KMS.OptInRequired", 403, FailureKind.Denied)]
    [InlineData("SomethingNew", 403, FailureKind.Denied)]
    [InlineData("SomethingNew", 401, FailureKind.Denied)]
    [InlineData("KMS.DisabledException", 400, FailureKind.Permanent)]
    [InlineData("KMS.NotFoundException", 400, FailureKind.Permanent)]
    [InlineData("InvalidAttributeName", 400, FailureKind.Permanent)]
    [InlineData("InvalidMessageContents", 400, FailureKind.Permanent)]
    [InlineData("AWS.SimpleQueueService.UnsupportedOperation", 400, FailureKind.Permanent)]
    [InlineData("AWS.SimpleQueueService.EmptyBatchRequest", 400, FailureKind.Permanent)]
    [InlineData("SomethingNew", 400, FailureKind.Permanent)]
    public void Code_and_status_of_the_service_say_what_kind_of_failure_it_is(string? code, int status, FailureKind kind)
    {
        var exception = new AmazonServiceException("no") { ErrorCode = code, StatusCode = (HttpStatusCode)status };

        var failure = SqsErrors.Translate(exception, "SendMessageBatch", "orders");

        Assert.Equal(kind, failure.Kind);
        Assert.Same(exception, failure.InnerException);
        Assert.Contains("orders", failure.Message, StringComparison.Ordinal);
        Assert.Contains("SendMessageBatch", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("InvalidParameterValue", "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.", FailureKind.TooLarge)]
    [InlineData("InvalidAttributeValue", "MessageTooLong", FailureKind.TooLarge)]
    [InlineData("InvalidParameterValue", "Value abc for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.", FailureKind.NotFound)]
    [InlineData("InvalidParameterValue", "Value 43201 for parameter VisibilityTimeout is invalid.", FailureKind.Permanent)]
    [InlineData("InvalidAttributeValue", "Invalid value for the parameter Policy.", FailureKind.Permanent)]
    public void A_code_that_can_mean_anything_is_told_by_its_text(string code, string message, FailureKind kind)
    {
        var exception = new AmazonServiceException(message) { ErrorCode = code, StatusCode = HttpStatusCode.BadRequest };

        Assert.Equal(kind, SqsErrors.Translate(exception, "SendMessageBatch", "orders").Kind);
        Assert.Equal(kind, SqsErrors.Translate(Entry(code, true, message), "SendMessageBatch", "orders").Kind);
    }

    [Theory]
    [InlineData("InvalidMessageContents", true, FailureKind.Permanent)]
    [InlineData("InvalidMessageContents", null, FailureKind.Permanent)]
    [InlineData("SomethingNew", true, FailureKind.Permanent)]
    [InlineData("SomethingNew", false, FailureKind.Transient)]
    [InlineData("SomethingNew", null, FailureKind.Transient)]
    [InlineData(null, null, FailureKind.Transient)]
    [InlineData("InternalError", false, FailureKind.Transient)]
    [InlineData("RequestThrottled", true, FailureKind.Throttled)]
    [InlineData("KMS.ThrottlingException", true, FailureKind.Throttled)]
    [InlineData("AccessDenied", true, FailureKind.Denied)]
    [InlineData("ReceiptHandleIsInvalid", true, FailureKind.NotFound)]
    public void Entry_is_told_by_its_code_and_then_by_whose_fault_it_is(string? code, bool? senderFault, FailureKind kind) =>
        Assert.Equal(kind, SqsErrors.Translate(Entry(code, senderFault, "no"), "SendMessageBatch", "orders").Kind);

    [Fact]
    public void Failures_of_the_network_and_timeouts_are_transient()
    {
        Exception[] exceptions =
        [
            new HttpRequestException("refused", new SocketException((int)SocketError.ConnectionRefused)),
            new TimeoutException("100 s"),
            new TaskCanceledException("somebody else's token"),
            new IOException("reset"),
            new SocketException((int)SocketError.ConnectionReset),
        ];

        Assert.All(exceptions, exception => Assert.Equal(FailureKind.Transient, SqsErrors.Translate(exception, "ReceiveMessage", "orders").Kind));
    }

    [Fact]
    public void Missing_credentials_are_denied_and_other_failures_of_the_client_permanent()
    {
        Assert.Equal(FailureKind.Denied, SqsErrors.Translate(new AmazonClientException("Failed to resolve AWS credentials. ..."), "ReceiveMessage", "orders").Kind);
        Assert.Equal(FailureKind.Permanent, SqsErrors.Translate(new AmazonClientException("No RegionEndpoint or ServiceURL configured"), "ReceiveMessage", "orders").Kind);
        Assert.Equal(FailureKind.Permanent, SqsErrors.Translate(new ObjectDisposedException("client"), "ReceiveMessage", "orders").Kind);
    }

    [Fact]
    public void Texts_say_what_to_do()
    {
        Assert.Contains("sqs:DeleteMessage on", Text("AccessDenied", "DeleteMessageBatch"), StringComparison.Ordinal);
        Assert.Contains("sqs:ReceiveMessage on", Text("AccessDenied", "ReceiveMessage"), StringComparison.Ordinal);
        Assert.Contains("Create the queue", Text("QueueDoesNotExist", "ReceiveMessage"), StringComparison.Ordinal);
        Assert.Contains("lease is over", Text("ReceiptHandleIsInvalid", "DeleteMessageBatch"), StringComparison.Ordinal);
        Assert.Contains("neither deleted nor returned", Text("OverLimit", "ReceiveMessage"), StringComparison.Ordinal);

        static string Text(string code, string action) => SqsErrors.Translate(new AmazonServiceException("no") { ErrorCode = code }, action, "orders").Message;
    }

    private static BatchResultErrorEntry Entry(string? code, bool? senderFault, string message) =>
        new() { Id = "0", Code = code, SenderFault = senderFault, Message = message };
}
