using System.Buffers.Text;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Util;
using Amazon.Util;

namespace Messaging.Kit.Kafka.Msk;

/// <summary>
/// Tokens for the IAM listener of Amazon MSK. A token is the URL of a request that is signed and never sent: the broker lets AWS tell who has
/// signed it.
/// </summary>
internal sealed class MskIamTokens(string region, AWSCredentials? credentials, TimeProvider time)
{
    private const string Service = "kafka-cluster";
    private const string DefaultUserAgent = "messaging-kit";

    // The most that the brokers take.
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    /// <summary>Tells the owner of the cluster, in AWS's logs, which client it was. Not signed.</summary>
    public string UserAgent { get; init; } = DefaultUserAgent;

    public async ValueTask<KafkaToken> FetchAsync(CancellationToken cancellationToken)
    {
        // Found when they are needed: that may take a call to the machine's own service, and fail, and then be tried again.
        var source = credentials ?? DefaultAWSCredentialsIdentityResolver.GetCredentials();
        var keys = await source.GetCredentialsAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var expiry = now + Life;
        if (source.Expiration is { } end && end.ToUniversalTime() < expiry)
        {
            // A token is good for as long as the keys that have signed it.
            expiry = end.ToUniversalTime();
        }

        return new KafkaToken(Sign(keys, now), expiry, keys.AccessKey);
    }

    private string Sign(ImmutableCredentials keys, DateTimeOffset now)
    {
        var host = $"kafka.{region}.amazonaws.com";
        var request = new DefaultRequest(new Connect(), Service) { HttpMethod = "GET", Endpoint = new Uri($"https://{host}"), ResourcePath = "/", UseQueryString = true };
        request.Headers["host"] = host;
        request.Parameters["Action"] = "kafka-cluster:Connect";
        request.Parameters["X-Amz-Expires"] = $"{(int)Life.TotalSeconds}";
        if (keys.UseToken)
        {
            request.Parameters["X-Amz-Security-Token"] = keys.Token;
        }

        var signed = AWS4PreSignedUrlSigner.SignRequest(request, null, new RequestMetrics(), keys.AccessKey, keys.SecretKey, Service, region, now.UtcDateTime);
        var parameters = new SortedDictionary<string, string>(request.Parameters, StringComparer.Ordinal)
        {
            ["User-Agent"] = UserAgent,
            ["X-Amz-Algorithm"] = AWS4Signer.AWS4AlgorithmTag,
            ["X-Amz-Credential"] = $"{keys.AccessKey}/{signed.Scope}",
            ["X-Amz-Date"] = signed.ISO8601DateTime,
            ["X-Amz-SignedHeaders"] = signed.SignedHeaders,
            ["X-Amz-Signature"] = signed.Signature,
        };
        var query = string.Join('&', parameters.Select(parameter => $"{parameter.Key}={AWSSDKUtils.UrlEncode(parameter.Value, path: false)}"));
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"https://{host}/?{query}"));
    }

    private sealed class Connect : AmazonWebServiceRequest;
}
