using System.Diagnostics;
using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Messaging.Kit.Kafka.Tests.Security;

/// <summary>
/// Brokers that do not let the client in, and brokers that the client does not trust: it is said within seconds, wherever somebody looks, and
/// says what to do. Nobody waits for DeliveryTimeout.
/// </summary>
public sealed class RefusalTests : IDisposable
{
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(10);

    private readonly List<IDisposable> _owned = [];

    /// <summary>Why a client is not let in.</summary>
    public enum Cause
    {
        WrongPassword,
        WrongPasswordOverTls,
        UnknownUserOfScram,
        UnknownAuthority,
        OtherName,
        ProviderThrows,
        ProviderHangs,
        ProviderIsLate,
        TokenIsNone,
    }

    public static TheoryData<Cause, string> Causes => new()
    {
        { Cause.WrongPassword, "Check Authentication, Username and Password" },
        { Cause.WrongPasswordOverTls, "Check Authentication, Username and Password" },
        { Cause.UnknownUserOfScram, "Check Authentication, Username and Password" },
        { Cause.UnknownAuthority, "Check CaLocation" },
        { Cause.OtherName, "named as in their certificates" },
        { Cause.ProviderThrows, "TokenProvider: The token service is away." },
        { Cause.ProviderHangs, "TokenProvider" },
        { Cause.ProviderIsLate, "TokenProvider" },
        { Cause.TokenIsNone, "TokenProvider" },
    };

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task It_is_said_within_seconds_and_says_what_to_do(Cause cause, string advice)
    {
        var topic = await LiveKafka.CreateAsync("refused");
        await using var host = new SecureHost(topic, options => Break(options, cause));
        var watch = Stopwatch.StartNew();

        await host.StartAsync();
        var consumer = SecureHost.UntilAsync(() => host.Consumer.LastFailure is not null, Seconds, "The consumer shows it");
        var publish = await Assert.ThrowsAsync<TransportException>(async () => await host.PublishAsync(1));
        var published = watch.Elapsed;
        await consumer;

        Assert.InRange(published, TimeSpan.Zero, Seconds);
        AssertSays(publish, advice);
        AssertSays(host.Consumer.LastFailure, advice);
        var health = await host.ReadinessAsync();
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        AssertSays(health.Exception, advice);
    }

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task Topology_fails_at_start(Cause cause, string advice)
    {
        var topic = await LiveKafka.CreateAsync("refused");
        await using var host = new SecureHost(topic, options =>
        {
            Break(options, cause);
            options.Topology = TopologyMode.Validate;
        });
        var watch = Stopwatch.StartNew();

        var failure = await Assert.ThrowsAnyAsync<Exception>(host.StartAsync);

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Seconds);
        AssertSays(failure, advice);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Brokers_that_hang_up_without_a_word_are_told_of(bool tls)
    {
        await using var host = new SecureHost("refused", options =>
        {
            // Without saying who it is.
            SecureKafka.Reach(options, tls);
            options.DeliveryTimeout = TimeSpan.FromSeconds(1);
        });
        await host.StartAsync();
        await SecureHost.UntilAsync(() => host.Consumer.LastFailure is not null, Seconds, "The consumer shows it");
        Assert.Contains("(Authentication)", host.Consumer.LastFailure!.Message, StringComparison.Ordinal);
        var publish = await Assert.ThrowsAsync<TransportException>(async () => await host.PublishAsync(1));
        Assert.Contains("(Authentication)", publish.Message, StringComparison.Ordinal);
    }

    private static void AssertSays(Exception? failure, string advice)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{failure}");
        Assert.Equal(FailureKind.Denied, Assert.IsType<TransportException>(failure).Kind);
        Assert.Contains(advice, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(SecureKafka.Password, failure.Message, StringComparison.Ordinal);
    }

    private void Break(KafkaTransportOptions options, Cause cause)
    {
        SecureKafka.Reach(options, tls: cause is Cause.WrongPasswordOverTls or Cause.UnknownAuthority or Cause.OtherName);
        SecureKafka.Authenticate(options, cause switch
        {
            Cause.UnknownUserOfScram => KafkaAuthentication.ScramSha256,
            >= Cause.ProviderThrows => KafkaAuthentication.OAuthBearer,
            _ => KafkaAuthentication.Plain,
        });
        switch (cause)
        {
            case Cause.WrongPassword or Cause.WrongPasswordOverTls:
                options.Password = "wrong";
                break;
            case Cause.UnknownUserOfScram:
                options.Username = "nobody";
                break;
            case Cause.UnknownAuthority:
                options.CaLocation = null;
                break;
            case Cause.OtherName:
                var relay = new Relay(SecureKafka.TlsServers);
                _owned.Add(relay);
                options.BootstrapServers = relay.Address;
                break;
            case Cause.ProviderThrows:
                options.TokenProvider = _ => throw new InvalidOperationException("The token service is away.");
                break;
            case Cause.ProviderHangs:
                options.TokenProvider = _ => new ValueTask<KafkaToken>(new TaskCompletionSource<KafkaToken>().Task);
                break;
            case Cause.ProviderIsLate:
                options.TokenProvider = _ => ValueTask.FromResult(SecureKafka.Token(TimeSpan.FromMinutes(-1)));
                break;
            case Cause.TokenIsNone:
                options.TokenProvider = _ => ValueTask.FromResult(new KafkaToken("nonsense", TimeProvider.System.GetUtcNow().AddHours(1), "kit"));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(cause));
        }
    }
}
