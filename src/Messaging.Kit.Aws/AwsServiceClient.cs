using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;

namespace Messaging.Kit.Aws;

/// <summary>
/// A client on the SDK's own runtime: its credentials, signatures, clock correction, retries, proxies, telemetry and settings. Only the
/// requests and answers are the kit's.
/// </summary>
/// <param name="credentials">Whose calls they are; <see langword="null"/> for the default credentials.</param>
/// <param name="config">The settings.</param>
/// <param name="protocol">How the service takes calls.</param>
internal abstract class AwsServiceClient(AWSCredentials? credentials, AwsServiceConfig config, AwsProtocol protocol)
    : AmazonServiceClient(credentials, config)
{
    private readonly InvokeOptions _options = new() { RequestMarshaller = protocol, ResponseUnmarshaller = protocol };

    protected override IServiceMetadata ServiceMetadata { get; } = new Metadata(config.ServiceId);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        // What is added last comes first: who calls, then where to.
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new AwsEndpointResolver());
        pipeline.AddHandlerAfter<Marshaller>(new SignatureChoice());
    }

    /// <summary>Makes a call.</summary>
    protected async Task<TAnswer> CallAsync<TAnswer>(AwsRequest<TAnswer> request, CancellationToken cancellationToken) =>
        (await InvokeAsync<AwsResponse<TAnswer>>(request, _options, cancellationToken).ConfigureAwait(false)).Answer!;

    private sealed class SignatureChoice : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
    }

    private sealed class Metadata(string serviceId) : IServiceMetadata
    {
        public string ServiceId => serviceId;

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }
}
