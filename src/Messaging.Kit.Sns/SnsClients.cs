using System.Collections.Concurrent;
using Messaging.Kit.Aws;
using Messaging.Kit.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Sns;

/// <summary>The application's clients: one for each way to reach SNS, and that is nearly always one. And the topics that they reach.</summary>
internal sealed class SnsClients(IServiceProvider services)
    : AwsClients<ISnsClient, SnsServiceClient>(services, SnsServiceClient.ServiceId, SnsServiceClient.Host, CallTimeout)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    // An ARN may have to be looked up in a long list, so it is looked up once for all who use the topic.
    private readonly ConcurrentDictionary<(ISnsClient Client, string Topic, string? Account), SnsTopic> _topics = new();

    /// <summary>The client for a topic.</summary>
    /// <param name="options">How it is reached.</param>
    /// <param name="client">The client that the options have, if any.</param>
    /// <param name="topic">Its name or ARN; an ARN tells the region when nothing else does.</param>
    /// <exception cref="MessagingException">There is no way to reach SNS; the text says what is missing.</exception>
    public new ISnsClient Get(IAwsConnectionOptions options, ISnsClient? client, string topic) => base.Get(options, client, AwsEndpoint.RegionOfArn(topic));

    /// <summary>Whether the client that options ask for is the application's own, which does not say whose account it reaches. It is not made to find that out.</summary>
    /// <param name="options">The options.</param>
    /// <param name="services">The application's services.</param>
    public static bool IsHandedIn(SnsTransportOptions options, IServiceProvider services) =>
        options.Client is not null
        || (options is { ServiceUrl: null, Region: null } && services.GetService<IServiceProviderIsService>()?.IsService(typeof(ISnsClient)) == true);

    /// <summary>A topic, the same one for all who ask for it.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="topic">Its name or ARN.</param>
    /// <exception cref="MessagingException">There is no way to reach SNS; the text says what is missing.</exception>
    public SnsTopic Open(SnsTransportOptions options, string topic) =>
        _topics.GetOrAdd((Get(options, options.Client, topic), topic, options.AccountId), key => new SnsTopic(key.Topic, key.Client, key.Account));
}
