using Messaging.Kit.Kafka.Tests.Fakes;

namespace Messaging.Kit.Kafka.Tests.Security;

/// <summary>Every way to say who one is, in clear and over TLS, from one end of the bus to the other.</summary>
public sealed class AuthenticationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<KafkaAuthentication, bool> Ways => new MatrixTheoryData<KafkaAuthentication, bool>(
        [KafkaAuthentication.Plain, KafkaAuthentication.ScramSha256, KafkaAuthentication.ScramSha512, KafkaAuthentication.OAuthBearer],
        [false, true]);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Messages_are_published_and_handled(KafkaAuthentication authentication, bool tls)
    {
        var topic = await LiveKafka.CreateAsync("secure");
        await using var host = new SecureHost(topic, options => Let(options, authentication, tls));
        await host.StartAsync();

        await host.PublishAsync(1);
        await host.PublishAsync(2);

        await SecureHost.UntilAsync(() => host.Handled.Count == 2, Patience, "Both are handled");
        Assert.Null(host.Consumer.LastFailure);
    }

    [Theory]
    [InlineData(KafkaAuthentication.ScramSha512)]
    [InlineData(KafkaAuthentication.OAuthBearer)]
    public async Task Transactions_have_the_same_credentials(KafkaAuthentication authentication)
    {
        var (topic, output) = (await LiveKafka.CreateAsync("secure"), await LiveKafka.CreateAsync("secure-out"));
        await using var host = new SecureHost(topic, options => Let(options, authentication, tls: true), output);
        await host.StartAsync();

        await host.PublishAsync(1);

        await SecureHost.UntilAsync(() => host.Handled.Count == 1, Patience, "It is handled");
        await SecureHost.UntilAsync(() => LiveKafka.ReadAll(output).Count == 1, Patience, "It is committed");
    }

    private static void Let(KafkaTransportOptions options, KafkaAuthentication authentication, bool tls)
    {
        options.Topology = Transports.TopologyMode.Validate;
        SecureKafka.Reach(options, tls);
        SecureKafka.Authenticate(options, authentication);
    }
}
