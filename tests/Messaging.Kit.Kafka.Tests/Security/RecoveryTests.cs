using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Kafka.Tests.Security;

/// <summary>What was refused goes on by itself when the reason is gone; and what lives on tokens gets the next one in time.</summary>
public sealed class RecoveryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // The client fetches the next after four fifths of it, to the second, and shows it to the brokers after nine tenths: shorter ones can be late.
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_token_service_that_works_again_is_enough()
    {
        var topic = await LiveKafka.CreateAsync("recovery");
        var isAway = true;
        await using var host = new SecureHost(topic, options =>
        {
            SecureKafka.Reach(options, tls: false);
            options.Authentication = KafkaAuthentication.OAuthBearer;
            options.TokenProvider = _ => isAway ? throw new InvalidOperationException("The token service is away.") : ValueTask.FromResult(SecureKafka.Token(TimeSpan.FromHours(1)));
        });
        await host.StartAsync();
        await SecureHost.UntilAsync(() => host.Consumer.LastFailure is TransportException { Kind: FailureKind.Denied }, Patience, "The consumer shows it");
        await Assert.ThrowsAsync<TransportException>(async () => await host.PublishAsync(0));

        isAway = false;

        await PublishUntilItWorksAsync(host);
        await SecureHost.UntilAsync(() => !host.Handled.IsEmpty && host.Consumer.LastFailure is null, Patience, "It is handled");
    }

    [Fact]
    public async Task A_user_who_is_let_in_later_needs_no_restart()
    {
        var topic = await LiveKafka.CreateAsync("recovery");
        var user = $"late-{Guid.NewGuid():N}";
        await using var host = new SecureHost(topic, options =>
        {
            SecureKafka.Reach(options, tls: true);
            (options.Authentication, options.Username, options.Password) = (KafkaAuthentication.ScramSha256, user, SecureKafka.Password);
        });
        await host.StartAsync();
        await SecureHost.UntilAsync(() => host.Consumer.LastFailure is TransportException { Kind: FailureKind.Denied }, Patience, "The consumer shows it");

        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = LiveKafka.Servers }).Build())
        {
            await admin.AlterUserScramCredentialsAsync(
            [
                new UserScramCredentialUpsertion
                {
                    User = user,
                    Password = System.Text.Encoding.UTF8.GetBytes(SecureKafka.Password),
                    ScramCredentialInfo = new() { Mechanism = ScramMechanism.ScramSha256, Iterations = 4096 },
                },
            ]);
        }

        await PublishUntilItWorksAsync(host);
        await SecureHost.UntilAsync(() => !host.Handled.IsEmpty && host.Consumer.LastFailure is null, Patience, "It is handled");
    }

    [Fact]
    public async Task Tokens_are_renewed_before_they_expire()
    {
        var topic = await LiveKafka.CreateAsync("renewal");
        var (fetched, isEarly) = (0, true);
        var expiresAt = DateTimeOffset.MaxValue;
        await using var host = new SecureHost(topic, options =>
        {
            SecureKafka.Reach(options, tls: false);
            options.Authentication = KafkaAuthentication.OAuthBearer;
            options.TokenProvider = _ =>
            {
                isEarly &= TimeProvider.System.GetUtcNow() < expiresAt;
                Interlocked.Increment(ref fetched);
                var token = SecureKafka.Token(Life);
                expiresAt = token.ExpiresAt;
                return ValueTask.FromResult(token);
            };
        });
        await host.StartAsync();

        // Until the first tokens are over: then only those that have been shown the next ones go on.
        var number = 0;
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < Life + TimeSpan.FromSeconds(3); number++)
        {
            await host.PublishAsync(number);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await SecureHost.UntilAsync(() => host.Handled.Count == number, Patience, "All are handled");

        // The producer and the consumer: each once, and once again.
        Assert.Equal(4, fetched);
        Assert.True(isEarly);
        Assert.Null(host.Consumer.LastFailure);
    }

    [Fact]
    public async Task A_token_that_cannot_be_renewed_fails_nothing_while_the_old_one_is_good()
    {
        var topic = await LiveKafka.CreateAsync("renewal");
        var fetched = 0;
        await using var host = new SecureHost(topic, options =>
        {
            SecureKafka.Reach(options, tls: false);
            options.Authentication = KafkaAuthentication.OAuthBearer;
            options.TokenProvider = _ => Interlocked.Increment(ref fetched) <= 2
                ? ValueTask.FromResult(SecureKafka.Token(Life))
                : throw new InvalidOperationException("The token service is away.");
        });
        await host.StartAsync();
        await host.PublishAsync(0);
        await SecureHost.UntilAsync(() => Volatile.Read(ref fetched) > 2, Patience, "A token is renewed");

        for (var number = 1; number <= 10; number++)
        {
            await host.PublishAsync(number);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await SecureHost.UntilAsync(() => host.Handled.Count == 11, Patience, "All are handled");
    }

    [Fact]
    public async Task Two_token_providers_are_two_identities()
    {
        await using var producers = new KafkaProducers(TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<KafkaProducer>.Instance);
        var (one, two) = (Options(), Options());

        // Made in one place, as in one sentence of AddMessaging: what they capture is the same.
        one.TokenProvider = _ => ValueTask.FromResult(new KafkaToken(one.BootstrapServers!, default, "one"));
        two.TokenProvider = _ => ValueTask.FromResult(new KafkaToken(two.BootstrapServers!, default, "two"));

        Assert.NotSame(producers.Get(one), producers.Get(two));
        Assert.Same(producers.Get(one), producers.Get(one));

        static KafkaTransportOptions Options() => new() { BootstrapServers = "localhost:9093", Authentication = KafkaAuthentication.OAuthBearer };
    }

    private static async Task PublishUntilItWorksAsync(SecureHost host)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await host.PublishAsync(1);
                return;
            }
            catch (TransportException exception) when (TimeProvider.System.GetElapsedTime(started) < Patience)
            {
                Assert.Equal(FailureKind.Denied, exception.Kind);
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }
}
