using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Aws;

/// <summary>What all services of AWS have in common when they fail: the codes of the gateway before them, HTTP, and the network.</summary>
internal static class AwsErrors
{
    /// <summary>What a call that threw is to the kit when the service has not answered.</summary>
    /// <param name="exception">What was thrown; not one of the service.</param>
    /// <param name="service">The service's name, for people.</param>
    /// <param name="action">The call.</param>
    /// <param name="resource">What it was about: a queue, a topic, a bus.</param>
    public static TransportException Unanswered(Exception exception, string service, string action, string resource) => exception switch
    {
        HttpRequestException or TimeoutException or IOException or SocketException or OperationCanceledException =>
            new(FailureKind.Transient, $"{service} could not be reached for {action} on '{resource}': {exception.Message}", exception),

        // Whoever gives credentials could not be reached, which is another matter than having none.
        AmazonClientException when IsOutage(exception.InnerException) =>
            new(FailureKind.Transient, $"{action} on '{resource}' failed: {exception.Message}", exception),

        // The SDK has no exception type of its own for this; the text is all there is.
        AmazonClientException when Mentions(exception.Message, "credentials") =>
            new(FailureKind.Denied, $"There are no AWS credentials for {action} on '{resource}': {exception.Message}", exception),
        _ => new(FailureKind.Permanent, $"{action} on '{resource}' failed: {exception.Message}", exception),
    };

    private static bool IsOutage(Exception? cause) => cause switch
    {
        null => false,
        HttpRequestException or TimeoutException or IOException or SocketException or OperationCanceledException => true,
        AmazonServiceException answered => (KindOf(answered.ErrorCode, answered.Message) ?? KindOf(answered)) is FailureKind.Transient or FailureKind.Throttled,
        _ => IsOutage(cause.InnerException),
    };

    /// <summary>What a code that any service may send means, or <see langword="null"/> when it says nothing.</summary>
    public static FailureKind? KindOf(string? code, string? message) => code switch
    {
        "Throttling" or "ThrottlingException" or "ThrottledException" or "RequestThrottled" or "RequestThrottledException"
            or "TooManyRequestsException" or "RequestLimitExceeded" or "BandwidthLimitExceeded" or "SlowDown" => FailureKind.Throttled,

        // The clock errors are transient, for the SDK corrects its clock by the answer. Of what most services say of them only the text tells them from a wrong key.
        "InternalError" or "InternalFailure" or "InternalException" or "InternalServerError" or "InternalServiceError" or "ServiceUnavailable"
            or "RequestTimeout" or "RequestTimeoutException" or "RequestExpired" or "RequestTimeTooSkewed" or "RequestInTheFuture" => FailureKind.Transient,
        "SignatureDoesNotMatch" or "InvalidSignatureException"
            when Mentions(message, "Signature expired") || Mentions(message, "Signature not yet current") => FailureKind.Transient,

        "ResourceNotFoundException" => FailureKind.NotFound,

        "AccessDenied" or "AccessDeniedException" or "InvalidSecurity" or "InvalidClientTokenId" or "SignatureDoesNotMatch"
            or "InvalidSignatureException" or "IncompleteSignature" or "MissingAuthenticationToken" or "MissingAuthenticationTokenException"
            or "ExpiredToken" or "ExpiredTokenException" or "UnrecognizedClientException" or "NotAuthorized" or "AuthFailure"
            or "OptInRequired" => FailureKind.Denied,
        _ => null,
    };

    /// <summary>What an answer means whose code says nothing.</summary>
    public static FailureKind KindOf(AmazonServiceException exception) => exception.StatusCode switch
    {
        HttpStatusCode.TooManyRequests => FailureKind.Throttled,
        HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => FailureKind.Transient,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => FailureKind.Denied,
        HttpStatusCode.NotFound => FailureKind.NotFound,
        HttpStatusCode.RequestEntityTooLarge => FailureKind.TooLarge,

        // Neither a code nor a status: the SDK could not make sense of the answer, a checksum for example.
        0 => FailureKind.Transient,

        // It is said to have worked, and what follows was cut off or is not the service's: what became of the call nobody knows.
        _ when exception is AmazonUnmarshallingException && (int)exception.StatusCode is >= 200 and < 300 => FailureKind.Transient,
        _ => FailureKind.Permanent,
    };

    public static bool Mentions(string? text, string word) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;
}
