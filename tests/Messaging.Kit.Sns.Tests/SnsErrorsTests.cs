using System.Net;
using Amazon.Runtime;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Sns.Tests;

public sealed class SnsErrorsTests
{
    [Theory]
    [InlineData("Throttled", 429, FailureKind.Throttled)]
    [InlineData("Throttling", 400, FailureKind.Throttled)]
    [InlineData("ThrottlingException", 400, FailureKind.Throttled)]
    [InlineData("KMSThrottling", 400, FailureKind.Throttled)]
    [InlineData("SomethingNew", 429, FailureKind.Throttled)]
    [InlineData("InternalError", 500, FailureKind.Transient)]
    [InlineData("InternalFailure", 500, FailureKind.Transient)]
    [InlineData("ServiceUnavailable", 503, FailureKind.Transient)]
    [InlineData("RequestExpired", 400, FailureKind.Transient)]
    [InlineData(null, 502, FailureKind.Transient)]
    [InlineData("NotFound", 404, FailureKind.NotFound)]
    [InlineData("NotFoundException", 404, FailureKind.NotFound)]
    [InlineData("ResourceNotFound", 404, FailureKind.NotFound)]
    [InlineData("BatchRequestTooLong", 400, FailureKind.TooLarge)]
    [InlineData(null, 413, FailureKind.TooLarge)]
    [InlineData("AuthorizationError", 403, FailureKind.Denied)]
    [InlineData("InvalidSecurity", 403, FailureKind.Denied)]
    [InlineData("KMSAccessDenied", 400, FailureKind.Denied)]
    [InlineData("KMSOptInRequired", 403, FailureKind.Denied)]
    [InlineData("InvalidClientTokenId", 403, FailureKind.Denied)]
    [InlineData("SignatureDoesNotMatch", 403, FailureKind.Denied)]
    [InlineData("ExpiredToken", 403, FailureKind.Denied)]
    [InlineData("SomethingNew", 403, FailureKind.Denied)]
    [InlineData("KMSDisabled", 400, FailureKind.Permanent)]
    [InlineData("KMSInvalidState", 400, FailureKind.Permanent)]
    [InlineData("KMSNotFound", 400, FailureKind.Permanent)]
    [InlineData("EndpointDisabled", 400, FailureKind.Permanent)]
    [InlineData("FilterPolicyLimitExceeded", 403, FailureKind.Permanent)]
    [InlineData("SubscriptionLimitExceeded", 403, FailureKind.Permanent)]
    [InlineData("TopicLimitExceeded", 403, FailureKind.Permanent)]
    [InlineData("InvalidParameter", 400, FailureKind.Permanent)]
    [InlineData("ParameterValueInvalid", 400, FailureKind.Permanent)]
    [InlineData("ValidationException", 400, FailureKind.Permanent)]
    [InlineData("EmptyBatchRequest", 400, FailureKind.Permanent)]
    [InlineData("TooManyEntriesInBatchRequest", 400, FailureKind.Permanent)]
    [InlineData("BatchEntryIdsNotDistinct", 400, FailureKind.Permanent)]
    [InlineData("InvalidBatchEntryId", 400, FailureKind.Permanent)]
    [InlineData("SomethingNew", 400, FailureKind.Permanent)]
    public void Code_and_status_of_the_service_say_what_kind_of_failure_it_is(string? code, int status, FailureKind kind)
    {
        var exception = new AmazonServiceException("no") { ErrorCode = code, StatusCode = (HttpStatusCode)status };

        var failure = SnsErrors.Translate(exception, "PublishBatch", "orders");

        Assert.Equal((kind, code), (failure.Kind, failure.Code));
        Assert.Same(exception, failure.InnerException);
        Assert.Contains("PublishBatch on 'orders'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("InvalidParameter", true, "Invalid parameter: Message too long", FailureKind.TooLarge)]
    [InlineData("InvalidParameter", true, "Invalid parameter: Subject", FailureKind.Permanent)]
    [InlineData("InternalError", false, null, FailureKind.Transient)]
    [InlineData("InternalFailure", false, null, FailureKind.Transient)]
    [InlineData("Throttled", true, null, FailureKind.Throttled)]
    [InlineData("KMSThrottling", true, null, FailureKind.Throttled)]
    [InlineData("AuthorizationError", true, null, FailureKind.Denied)]
    [InlineData("SomethingNew", true, null, FailureKind.Permanent)]
    [InlineData("SomethingNew", false, null, FailureKind.Transient)]
    [InlineData("", false, null, FailureKind.Transient)]
    public void Entry_is_told_by_its_code_and_then_by_whose_fault_it_is(string code, bool senderFault, string? message, FailureKind kind) => Assert.Equal(
        kind, SnsErrors.Translate(new SnsPublishOutcome("0") { ErrorCode = code, ErrorMessage = message, IsSenderFault = senderFault }, "PublishBatch", "orders").Kind);

    [Fact]
    public void Texts_say_what_to_do()
    {
        Assert.Contains("sns:Publish on", Text("AuthorizationError", "PublishBatch"), StringComparison.Ordinal);
        Assert.Contains("sns:Subscribe on", Text("AuthorizationError", "Subscribe"), StringComparison.Ordinal);
        Assert.Contains("Create the topic", Text("NotFound", "PublishBatch"), StringComparison.Ordinal);

        static string Text(string code, string action) => SnsErrors.Translate(new AmazonServiceException("no") { ErrorCode = code }, action, "orders").Message;
    }
}
