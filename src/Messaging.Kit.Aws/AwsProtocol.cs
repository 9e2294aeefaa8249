using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace Messaging.Kit.Aws;

/// <summary>
/// How a service takes calls and tells errors. The SDK's pipeline asks it for the HTTP request, and hands it the answer; what is in
/// them each <see cref="AwsRequest"/> writes and reads itself.
/// </summary>
/// <param name="serviceId">What the SDKs call the service.</param>
internal abstract class AwsProtocol(string serviceId) : ResponseUnmarshaller, IMarshaller<IRequest, AmazonWebServiceRequest>
{
    private const string RequestIdHeader = "x-amzn-RequestId";

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var request = (AwsRequest)input;
        var body = new PooledContentStream(request.BodyEstimate);
        try
        {
            request.WriteBody(body.BufferWriter);
        }
        catch
        {
            body.Dispose();
            throw;
        }

        // Disposed by the pipeline after the last attempt, and the body with it.
        var message = new DefaultRequest(request, serviceId) { HttpMethod = "POST", ResourcePath = "/", ContentStream = body };
        AddHeaders(request, message.Headers);
        return message;
    }

    public sealed override UnmarshallerContext CreateContext(
        IWebResponseData response, bool readEntireResponse, Stream stream, RequestMetrics metrics, bool isException, IRequestContext requestContext) =>
        new AwsAnswer((AwsRequest)requestContext.OriginalRequest, stream, response, readEntireResponse, isException);

    public sealed override AmazonWebServiceResponse Unmarshall(UnmarshallerContext input)
    {
        var answer = (AwsAnswer)input;
        var requestId = RequestIdOf(answer);
        try
        {
            var response = answer.Request.ReadAnswer(answer.Body);
            response.ResponseMetadata = new ResponseMetadata { RequestId = requestId };
            return response;
        }
        catch (FormatException exception)
        {
            throw new AmazonUnmarshallingException(requestId, answer.Request.Operation, exception, answer.ResponseData.StatusCode);
        }
        finally
        {
            // The SDK disposes what failed, and leaves what succeeded to the garbage collector.
            answer.Release();
        }
    }

    public sealed override AmazonServiceException UnmarshallException(UnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var answer = (AwsAnswer)input;
        var error = ReadError(answer);
        var message = error.Message ?? error.Code ?? $"HTTP {(int)statusCode} without an error of the service: {answer.Excerpt}";
        var type = error.IsSenderFault switch
        {
            true => ErrorType.Sender,
            false => ErrorType.Receiver,
            null => ErrorType.Unknown,
        };
        return new AmazonServiceException(message, innerException, type, error.Code, RequestIdOf(answer), statusCode);
    }

    /// <summary>Adds what belongs to the protocol, the type of the content for one.</summary>
    protected abstract void AddHeaders(AwsRequest request, IDictionary<string, string> headers);

    /// <summary>Reads an error; one without a code where the answer is not the service's.</summary>
    protected abstract AwsError ReadError(AwsAnswer answer);

    protected sealed override UnmarshallerContext ConstructUnmarshallerContext(
        Stream responseStream, bool maintainResponseBody, IWebResponseData response, bool isException) => throw new NotSupportedException();

    protected sealed override UnmarshallerContext ConstructUnmarshallerContext(
        Stream responseStream, bool maintainResponseBody, IWebResponseData response, bool isException, IRequestContext requestContext) =>
        throw new NotSupportedException();

    private static string RequestIdOf(AwsAnswer answer) => answer.ResponseData.GetHeaderValue(RequestIdHeader);
}
