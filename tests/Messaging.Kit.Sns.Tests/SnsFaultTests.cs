using System.Collections.Concurrent;
using Amazon.Extensions.NETCore.Setup;
using Amazon.Runtime;
using Messaging.Kit.Aws.Tests;
using Messaging.Kit.Messages;
using Messaging.Kit.Testing;
using Messaging.Kit.Testing.Faults;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Sns.Tests;

/// <summary>What becomes of messages when calls to SNS go wrong: the whole kit, its own client, faults over HTTP, an emulator and a queue behind.</summary>
public sealed class SnsFaultTests
{
    private static readonly Fault[] Faults =
    [
        Fault.FailEntries(0.3), Fault.Error(429, "Throttled"), Fault.Error(400, "KMSThrottling"), Fault.ThrottlingException, Fault.ServerError, Fault.Unavailable, Fault.Drop, Fault.LostAnswer,
    ];

    private readonly string _name = LiveAws.Unique("faults");
    private readonly ConcurrentQueue<(string Id, Numbered Message)> _handled = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    [InlineData("fauxqs")]
    public async Task Every_message_that_is_accepted_arrives_and_no_other(string emulator)
    {
        await using var proxy = Start(emulator);
        using var host = await StartAsync(emulator, proxy, "");
        Break(proxy);
        var bus = host.Services.GetRequiredService<IMessageBus>();

        // Every twentieth is too large and fails, alone and for good.
        var outcomes = await bus.PublishManyAsync(Enumerable.Range(0, 200).Select(number => new Numbered(number, number % 20 == 7 ? new string('x', 300_000) : "")), cancellationToken: Token);

        Assert.Equal(190, outcomes.Count(outcome => outcome.IsAccepted));
        Assert.All(outcomes.Where(outcome => !outcome.IsAccepted), outcome => Assert.Equal(FailureKind.TooLarge, Assert.IsType<TransportException>(outcome.Error).Kind));
        await HandledAsync(190);
        Assert.Equal(
            outcomes.Where(outcome => outcome.IsAccepted).Select(outcome => outcome.Id).Order(StringComparer.Ordinal),
            _handled.Select(handled => handled.Id).Distinct().Order(StringComparer.Ordinal));
        var count = proxy.CountOf("PublishBatch");
        Assert.True(count.Faulted > 0 && count.EntriesFailed > 0 && count.Received > count.Faulted, count.ToString());
        await host.StopAsync(Token);
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("fauxqs")]
    public async Task Messages_of_a_fifo_topic_arrive_once_and_in_order(string emulator)
    {
        await using var proxy = Start(emulator);
        using var host = await StartAsync(emulator, proxy, ".fifo");
        Break(proxy);
        var bus = host.Services.GetRequiredService<IMessageBus>();

        var outcomes = await bus.PublishManyAsync(Enumerable.Range(0, 150).Select(number => new Numbered(number, "")), cancellationToken: Token);

        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
        await HandledAsync(150);
        Assert.Equal(150, _handled.Count);
        foreach (var key in _handled.GroupBy(handled => handled.Message.Key))
        {
            Assert.Equal(key.Select(handled => handled.Message.Number).Order(), key.Select(handled => handled.Message.Number));
        }

        await host.StopAsync(Token);
    }

    [Theory]
    [InlineData("ministack")]
    public async Task Faults_have_their_kinds_and_one_call_is_made_for_each_batch(string emulator)
    {
        await using var proxy = Start(emulator);
        await using var services = Services(emulator, proxy).BuildServiceProvider();
        var topic = services.GetRequiredService<SnsClients>().Open(new() { ServiceUrl = proxy.Endpoint.ToString(), Region = LiveAws.Region }, _name);
        await topic.CreateAsync(new Dictionary<string, string>(), Token);
        await using var sender = new SnsSender(topic, null, NullLogger<SnsSender>.Instance);
        await sender.SendAsync(new(new Envelope("m0", "t", "1"u8.ToArray())), Token);
        (Fault Fault, FailureKind Kind)[] kinds =
        [
            (Fault.Error(429, "Throttled"), FailureKind.Throttled), (Fault.Error(400, "KMSThrottling"), FailureKind.Throttled), (Fault.ServerError, FailureKind.Transient),
            (Fault.Unavailable, FailureKind.Transient), (Fault.Drop, FailureKind.Transient), (Fault.LostAnswer, FailureKind.Transient),
            (Fault.Error(404, "NotFound"), FailureKind.NotFound), (Fault.Error(403, "AuthorizationError"), FailureKind.Denied), (Fault.Error(400, "BatchRequestTooLong"), FailureKind.TooLarge),
        ];

        foreach (var (fault, kind) in kinds)
        {
            proxy.Next(1, "PublishBatch", fault);
            Assert.Equal(kind, (await Assert.ThrowsAsync<TransportException>(() => sender.SendAsync(new(new Envelope("m1", "t", "1"u8.ToArray())), Token).AsTask())).Kind);
        }

        proxy.Next(1, "PublishBatch", Fault.FailEntries(1, 3));
        var batch = new TransportBatch<Envelope>([.. Enumerable.Range(0, 5).Select(number => new Envelope($"m{number}", "t", "1"u8.ToArray()))]);
        await sender.SendAsync(batch, Token);

        Assert.Equal([false, true, false, true, false], Enumerable.Range(0, 5).Select(index => batch.FailureOf(index) is TransportException { Kind: FailureKind.Transient }));
        Assert.Equal(kinds.Length + 2, proxy.CountOf("PublishBatch").Received);
    }

    [Theory]
    [InlineData("ministack")]
    [InlineData("moto")]
    [InlineData("fauxqs")]
    public async Task Topic_that_is_gone_is_not_found_and_used_again_when_it_is_back(string emulator)
    {
        await using var proxy = Start(emulator);
        using var host = await StartAsync(emulator, proxy, "");
        var bus = host.Services.GetRequiredService<IMessageBus>();
        await bus.PublishAsync(new Numbered(1, ""), cancellationToken: Token);
        var topic = host.Services.GetRequiredService<SnsClients>().Open(new() { ServiceUrl = proxy.Endpoint.ToString(), Region = LiveAws.Region }, _name);
        await topic.Client.DeleteTopicAsync(await topic.GetArnAsync(Token), Token);

        var failure = await Assert.ThrowsAsync<TransportException>(() => bus.PublishAsync(new Numbered(2, ""), cancellationToken: Token).AsTask());
        await topic.CreateAsync(new Dictionary<string, string>(), Token);
        await bus.PublishAsync(new Numbered(3, ""), cancellationToken: Token);

        Assert.Equal(FailureKind.NotFound, failure.Kind);
        await host.StopAsync(Token);
    }

    private static FaultProxy Start(string emulator)
    {
        var endpoint = BrokerEndpoints.Find(BrokerEndpoints.AwsVariable, emulator);
        Assert.SkipWhen(endpoint is null, $"The environment variable {BrokerEndpoints.AwsVariable} has no '{emulator}=http://...'.");
        return FaultProxy.Start(endpoint!, seed: 7);
    }

    private static void Break(FaultProxy proxy)
    {
        foreach (var fault in Faults)
        {
            proxy.Next(1, "PublishBatch", fault);
            proxy.Sometimes(0.05, "PublishBatch", fault);
        }
    }

    private static ServiceCollection Services(string emulator, FaultProxy proxy)
    {
        var services = new ServiceCollection();
        Configure(services, emulator, proxy);
        return services;
    }

    private static void Configure(IServiceCollection services, string emulator, FaultProxy proxy)
    {
        services.AddSingleton(new AWSOptions { Credentials = new BasicAWSCredentials("test", "test") });
        services.AddSnsTransport(options => (options.ServiceUrl, options.Region) = (proxy.Endpoint.ToString(), LiveAws.Region));
        services.AddSqsTransport(options =>
        {
            (options.ServiceUrl, options.Region) = (BrokerEndpoints.Find(BrokerEndpoints.AwsVariable, emulator)!.ToString(), LiveAws.Region);
            options.WaitTime = TimeSpan.FromSeconds(1);
        });
    }

    private async Task<IHost> StartAsync(string emulator, FaultProxy proxy, string suffix)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        Configure(builder.Services, emulator, proxy);
        builder.Services.AddMessaging(kit =>
        {
            kit.Configure(options => (options.Topology, options.Sending.MaxAttempts, options.Sending.RetryDelay, options.Sending.MaxRetryDelay) =
                (TopologyMode.Create, 40, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(100)));
            kit.Publish<Numbered>("numbered", to => to.Sns(_name + suffix)).KeyBy(message => message.Key);
            kit.Consume(from => from.Sns(_name + suffix, _name + suffix)).Handle<Numbered>("numbered", (message, context, _) =>
            {
                _handled.Enqueue((context.Envelope.Id, message));
                return default;
            });
        });
        var host = builder.Build();
        await host.StartAsync(Token);
        return host;
    }

    private async Task HandledAsync(int count)
    {
        for (var wait = 0; wait < 300 && _handled.Select(handled => handled.Id).Distinct().Count() < count; wait++)
        {
            await Task.Delay(100, Token);
        }

        // What should not come would come now.
        await Task.Delay(1_500, Token);
    }

    private sealed record Numbered(int Number, string Text)
    {
        public string Key => $"key-{Number % 10}";
    }
}
