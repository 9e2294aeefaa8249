using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace Messaging.Kit.Aws;

/// <summary>The step of the pipeline that asks for the endpoint of a call.</summary>
internal sealed class AwsEndpointResolver : BaseEndpointResolver
{
    public static EndpointParameters ParametersOf(IClientConfig config) => new()
    {
        [AwsEndpointProvider.Region] = config.ServiceURL is null ? config.RegionEndpoint?.SystemName : null,
        [AwsEndpointProvider.UseDualStack] = config.UseDualstackEndpoint,
        [AwsEndpointProvider.UseFips] = config.UseFIPSEndpoint,
        [AwsEndpointProvider.Endpoint] = config.ServiceURL,
    };

    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) => ParametersOf(requestContext.ClientConfig);
}
