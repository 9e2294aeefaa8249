using Amazon.Runtime;

namespace Messaging.Kit.Aws;

/// <summary>Carries an answer through the pipeline of the SDK.</summary>
/// <typeparam name="TAnswer">What was answered.</typeparam>
internal sealed class AwsResponse<TAnswer> : AmazonWebServiceResponse
{
    public TAnswer? Answer { get; init; }
}
