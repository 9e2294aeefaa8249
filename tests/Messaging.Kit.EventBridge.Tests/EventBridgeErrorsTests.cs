using System.Net;
using Amazon.Runtime;
using Messaging.Kit.Messages;

namespace Messaging.Kit.EventBridge.Tests;

public sealed class EventBridgeErrorsTests
{
    [Theory]
    [InlineData("ThrottlingException", 400, FailureKind.Throttled)]
    [InlineData("SomethingNew", 429, FailureKind.Throttled)]
    [InlineData("InternalException", 500, FailureKind.Transient)]
    [InlineData("InternalFailure", 500, FailureKind.Transient)]
    [InlineData("ServiceUnavailable", 503, FailureKind.Transient)]
    [InlineData("ConcurrentModificationException", 400, FailureKind.Transient)]
    [InlineData(null, 504, FailureKind.Transient)]
    [InlineData("ResourceNotFoundException", 400, FailureKind.NotFound)]
    [InlineData(null, 413, FailureKind.TooLarge)]
    [InlineData("AccessDeniedException", 400, FailureKind.Denied)]
    [InlineData("UnrecognizedClientException", 400, FailureKind.Denied)]
    [InlineData("ExpiredTokenException", 400, FailureKind.Denied)]
    [InlineData("InvalidSignatureException", 400, FailureKind.Denied)]
    [InlineData("ValidationException", 400, FailureKind.Permanent)]
    [InlineData("InvalidEventPatternException", 400, FailureKind.Permanent)]
    [InlineData("LimitExceededException", 400, FailureKind.Permanent)]
    [InlineData("ManagedRuleException", 400, FailureKind.Permanent)]
    [InlineData("ResourceAlreadyExistsException", 400, FailureKind.Permanent)]
    [InlineData("OperationDisabledException", 400, FailureKind.Permanent)]
    public void Code_and_status_of_the_service_say_what_kind_of_failure_it_is(string? code, int status, FailureKind kind)
    {
        var exception = new AmazonServiceException("no") { ErrorCode = code, StatusCode = (HttpStatusCode)status };

        var failure = EventBridgeErrors.Translate(exception, "PutEvents", "orders");

        Assert.Equal((kind, code), (failure.Kind, failure.Code));
        Assert.Contains("PutEvents on 'orders'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_that_is_too_large_is_told_by_its_text() => Assert.Equal(FailureKind.TooLarge, EventBridgeErrors.Translate(
        new AmazonServiceException("Total size of the entries in the request is over the limit.") { ErrorCode = "ValidationException", StatusCode = HttpStatusCode.BadRequest },
        "PutEvents",
        "orders").Kind);

    [Theory]
    [InlineData("InternalFailure", FailureKind.Transient)]
    [InlineData("ThrottlingException", FailureKind.Throttled)]
    [InlineData("AccessDeniedException", FailureKind.Denied)]
    [InlineData("NotAuthorizedForSourceException", FailureKind.Denied)]
    [InlineData("NotAuthorizedForDetailTypeException", FailureKind.Denied)]
    [InlineData("InvalidAccountIdException", FailureKind.Permanent)]
    [InlineData("InvalidArgument", FailureKind.Permanent)]
    [InlineData("MalformedDetail", FailureKind.Permanent)]
    [InlineData("RedactionFailure", FailureKind.Permanent)]
    [InlineData("SomethingNew", FailureKind.Permanent)]
    public void Entry_is_told_by_its_code(string code, FailureKind kind) =>
        Assert.Equal(kind, EventBridgeErrors.Translate(new EventBridgeOutcome(null, code, "no"), "PutEvents", "orders").Kind);
}
