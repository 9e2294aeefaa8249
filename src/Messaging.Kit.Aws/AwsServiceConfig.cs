using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util.Internal;

namespace Messaging.Kit.Aws;

/// <summary>The settings of a thin client: all that the SDK's clients have.</summary>
internal sealed class AwsServiceConfig : ClientConfig
{
    // The connection times are those that AWS gives its modes for all services.
    private static readonly IDefaultConfiguration[] Modes =
    [
        Mode(DefaultConfigurationMode.Standard, 3100),
        Mode(DefaultConfigurationMode.InRegion, 1100),
        Mode(DefaultConfigurationMode.CrossRegion, 3100),
        Mode(DefaultConfigurationMode.Mobile, 30_000),
    ];

    private readonly string _host;

    /// <summary>Makes settings.</summary>
    /// <param name="serviceId">What the SDKs call the service: in <c>AWS_ENDPOINT_URL_...</c>, in profiles and in telemetry.</param>
    /// <param name="host">How AWS calls it in its hosts and in signatures.</param>
    /// <param name="version">The version of its interface.</param>
    public AwsServiceConfig(string serviceId, string host, string version)
        : base(new DefaultConfigurationProvider(Modes))
    {
        _host = host;
        ServiceId = serviceId;
        ServiceVersion = version;
        UserAgent = InternalSDKUtils.BuildUserAgentString(serviceId, typeof(AwsServiceConfig).Assembly.GetName().Version!.ToString(3));
        AuthenticationServiceName = host;
        EndpointProvider = new AwsEndpointProvider(host);

        // The kit sends again what failed; whoever wants the client to do so as well says it.
        MaxErrorRetry = 0;
        MaxStaleConnectionRetries = 0;
    }

    public override string ServiceVersion { get; }

    public override string UserAgent { get; }

    public override string RegionEndpointServiceName => _host;

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(AwsEndpointResolver.ParametersOf(this));

    private static DefaultConfiguration Mode(DefaultConfigurationMode name, int connectMilliseconds) => new()
    {
        Name = name,
        RetryMode = RequestRetryMode.Standard,
        ConnectTimeout = TimeSpan.FromMilliseconds(connectMilliseconds),
        TlsNegotiationTimeout = TimeSpan.FromMilliseconds(connectMilliseconds),
    };
}
