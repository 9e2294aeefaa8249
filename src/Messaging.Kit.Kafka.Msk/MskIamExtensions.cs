using System.Collections.Concurrent;
using Amazon.Runtime;
using Messaging.Kit.Kafka;
using Messaging.Kit.Kafka.Msk;

namespace Messaging.Kit;

/// <summary>Lets the application into Amazon MSK by its AWS credentials.</summary>
public static class MskIamExtensions
{
    // Options are made for each topic, and topics whose tokens come from the same provider share a producer.
    private static readonly ConcurrentDictionary<(string Region, AWSCredentials? Credentials), Func<CancellationToken, ValueTask<KafkaToken>>> Providers = [];

    /// <summary>
    /// Says who the application is by tokens that its AWS credentials sign, always over TLS. The brokers are those of the cluster's
    /// IAM listener: port 9098, or 9198 when they are reached from outside of AWS.
    /// </summary>
    /// <param name="options">The options of all topics, or of one.</param>
    /// <param name="region">The region of the cluster, such as <c>eu-west-1</c>.</param>
    /// <param name="credentials">
    /// Whose credentials they are; <see langword="null"/>, the default, for the application's own, found by AWS's conventions: environment variables, profiles, the role of
    /// the container or machine.
    /// </param>
    /// <returns>The same options.</returns>
    public static KafkaTransportOptions UseMskIam(this KafkaTransportOptions options, string region, AWSCredentials? credentials = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(region);
        options.UseTls = true;
        options.Authentication = KafkaAuthentication.OAuthBearer;
        options.TokenProvider = Providers.GetOrAdd((region, credentials), key => new MskIamTokens(key.Region, key.Credentials, TimeProvider.System).FetchAsync);
        return options;
    }
}
