using Messaging.Kit.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Kafka.Tests.Fakes;

/// <summary>The kit as an application has it, over the mock cluster unless told otherwise.</summary>
internal sealed class KafkaApp : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly IHost _host;

    private KafkaApp(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public MessageConsumers Consumers => Services.GetRequiredService<MessageConsumers>();

    public IMessageBus Bus => Services.GetRequiredService<IMessageBus>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<KafkaApp> StartAsync(Action<MessagingBuilder> configure, Action<KafkaTransportOptions>? tune = null, string? servers = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddKafkaTransport(options =>
        {
            options.BootstrapServers = servers ?? MockCluster.BootstrapServers;
            options.Linger = TimeSpan.Zero;
            options.CommitInterval = TimeSpan.FromMilliseconds(100);
            if (servers is null)
            {
                MockCluster.Tune(options);
            }

            tune?.Invoke(options);
        });
        builder.Services.AddMessaging(configure);
        builder.Services.AddHealthChecks().AddMessaging();
        var host = builder.Build();
        await host.StartAsync(Token);
        return new KafkaApp(host);
    }

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !condition();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"{what}: not within {Patience.TotalSeconds} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(Token);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
