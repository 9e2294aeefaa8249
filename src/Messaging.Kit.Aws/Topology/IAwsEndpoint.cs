using Messaging.Kit.Transports;

namespace Messaging.Kit.Aws.Topology;

/// <summary>An endpoint that can say what it needs of AWS, without asking AWS.</summary>
internal interface IAwsEndpoint
{
    /// <summary>Says it.</summary>
    /// <param name="document">Where to.</param>
    /// <param name="use">What the application does with the endpoint.</param>
    /// <param name="name">The physical name.</param>
    /// <param name="services">The application's services.</param>
    void Describe(TopologyDocument document, EndpointUse use, string name, IServiceProvider services);
}
