using Amazon.Runtime;
using Messaging.Kit.Testing;

namespace Messaging.Kit.Aws.Tests;

/// <summary>Emulators of AWS that are told by <see cref="BrokerEndpoints.AwsVariable"/>.</summary>
internal static class LiveAws
{
    public const string Account = "000000000000";
    public const string Region = "us-east-1";

    /// <summary>A client of an emulator; the test is skipped where there is none.</summary>
    public static T Connect<T>(string name)
        where T : class, IAmazonService => (T)T.CreateDefaultServiceClient(new BasicAWSCredentials("test", "test"), Configure(T.CreateDefaultClientConfig(), name));

    public static TConfig Configure<TConfig>(TConfig config, string name)
        where TConfig : ClientConfig
    {
        var url = BrokerEndpoints.Find(BrokerEndpoints.AwsVariable, name);
        Assert.SkipWhen(url is null, $"The environment variable {BrokerEndpoints.AwsVariable} has no '{name}=http://...'. See the README, 'Tests on real brokers'.");
        config.ServiceURL = url!.ToString();
        config.AuthenticationRegion = Region;
        config.MaxErrorRetry = 0;
        config.MaxStaleConnectionRetries = 0;
        config.HttpClientFactory = new AwsHttpClientFactory();
        return config;
    }

    /// <summary>A name that nobody else uses.</summary>
    public static string Unique(string name) => $"kit-{Guid.NewGuid().ToString("n")[..12]}-{name}";
}
