using Messaging.Kit.Aws;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Sns;

/// <summary>The application's clients: one for each way to reach SNS, and that is nearly always one.</summary>
internal sealed class SnsClients(IServiceProvider services)
    : AwsClients<ISnsClient, SnsServiceClient>(services, SnsServiceClient.ServiceId, SnsServiceClient.Host, CallTimeout)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The client for a topic.</summary>
    /// <param name="options">How it is reached.</param>
    /// <param name="client">The client that the options have, if any.</param>
    /// <param name="topic">Its name or ARN; an ARN tells the region when nothing else does.</param>
    /// <exception cref="MessagingException">There is no way to reach SNS; the text says what is missing.</exception>
    public new ISnsClient Get(IAwsConnectionOptions options, ISnsClient? client, string topic) => base.Get(options, client, AwsEndpoint.RegionOfArn(topic));
}
