using Messaging.Kit.Aws;
using Messaging.Kit.Messages;

namespace Messaging.Kit.EventBridge;

/// <summary>The application's clients: one for each way to reach EventBridge, and that is nearly always one.</summary>
internal sealed class EventBridgeClients(IServiceProvider services)
    : AwsClients<IEventBridgeClient, EventBridgeServiceClient>(services, EventBridgeServiceClient.ServiceId, EventBridgeServiceClient.Host, CallTimeout)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The client for a bus.</summary>
    /// <param name="options">How it is reached.</param>
    /// <param name="client">The client that the options have, if any.</param>
    /// <param name="bus">Its name or ARN; an ARN tells the region when nothing else does.</param>
    /// <exception cref="MessagingException">There is no way to reach EventBridge; the text says what is missing.</exception>
    public new IEventBridgeClient Get(IAwsConnectionOptions options, IEventBridgeClient? client, string bus) => base.Get(options, client, AwsEndpoint.RegionOfArn(bus));

    /// <summary>A bus.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="bus">Its name or ARN.</param>
    /// <exception cref="MessagingException">There is no way to reach EventBridge; the text says what is missing.</exception>
    public EventBridgeConnection Open(EventBridgeTransportOptions options, string bus) => new(bus, Get(options, options.Client, bus));
}
