using Messaging.Kit.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Messaging.Kit.Testing.Bus;

/// <summary>A host with a bus over channels of the suite, living by their time.</summary>
internal sealed class BusUnderTest : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TransportChannel _channel;
    private readonly TimeSpan _patience;

    private BusUnderTest(IHost host, TransportChannel channel, TimeSpan patience) => (_host, _channel, _patience) = (host, channel, patience);

    public IMessageBus Bus => _host.Services.GetRequiredService<IMessageBus>();

    public MessagingTestHarness Harness => _host.Services.GetRequiredService<MessagingTestHarness>();

    public MessageConsumers Consumers => _host.Services.GetRequiredService<MessageConsumers>();

    /// <summary>Starts a host.</summary>
    public static async Task<BusUnderTest> StartAsync(TransportChannel channel, TimeSpan patience, Action<MessagingBuilder> configure, CancellationToken token)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(channel.Time);
        builder.Services.AddMessagingTestHarness();
        builder.Services.AddMessaging(configure);
        var host = builder.Build();
        await host.StartAsync(token);
        return new BusUnderTest(host, channel, patience);
    }

    /// <summary>Lets time pass until something is done, and fails when it is not done in time, telling what happened to all messages.</summary>
    public async Task<T> WithinAsync<T>(Task<T> work, string what, TimeSpan letPass = default)
    {
        var done = await _channel.PassUntilAsync(work, _patience + letPass, TestContext.Current.CancellationToken);
        Assert.True(done, $"{what} within {_patience + letPass}. What happened: {string.Join(", ", Harness.Events.GroupBy(e => e.Kind).Select(kind => $"{kind.Count()} × {kind.Key}"))}. Failures: {string.Join("; ", Harness.Events.Select(e => e.Failure?.Message).OfType<string>().Distinct().Take(5))}");
        return await work;
    }

    /// <summary>Publishes messages by their numbers, all at once, and fails when one is not accepted.</summary>
    public async Task PublishAsync(params IReadOnlyList<Numbered> messages)
    {
        var outcomes = await WithinAsync(Bus.PublishManyAsync(messages).AsTask(), $"{messages.Count} messages should have been published", TimeSpan.FromSeconds(30));
        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
    }

    /// <summary>Waits until an event has happened so many times.</summary>
    public async Task<IReadOnlyList<MessageEvent>> HappenedAsync(MessageEventKind kind, int times, TimeSpan letPass = default)
    {
        var count = 0;
        await WithinAsync(
            Harness.WaitForAsync(
                $"{times} × {kind}",
                e => e.Kind == kind && Interlocked.Increment(ref count) >= times,
                TimeSpan.FromSeconds(100),
                TestContext.Current.CancellationToken),
            $"{times} × {kind} should have happened",
            letPass);
        return [.. Harness.Events.Where(e => e.Kind == kind)];
    }

    public Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
