using System.Collections.Concurrent;
using Messaging.Kit.Consuming;
using Messaging.Kit.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Kafka.Tests.Security;

/// <summary>A host that publishes to a topic and consumes from it, by options that the test sets.</summary>
internal sealed class SecureHost : IAsyncDisposable
{
    private readonly IHost _host;

    public SecureHost(string topic, Action<KafkaTransportOptions> configure, string? output = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddKafkaTransport(options =>
        {
            options.Linger = TimeSpan.Zero;
            options.Group = $"group-{topic}";
            configure(options);
        });
        builder.Services.AddHealthChecks().AddMessaging();
        builder.Services.AddMessaging(kit =>
        {
            kit.Publish<Reading>("reading", to => to.Kafka(topic));
            var consume = kit.Consume(from => from.Kafka(topic));
            if (output is not null)
            {
                consume.ExactlyOnce();
                kit.Publish<string>("echo", to => to.Kafka(output));
            }

            consume.Handle<Reading>("reading", async (reading, _, token) =>
            {
                if (output is not null)
                {
                    await Bus.PublishAsync($"{reading.Number}", cancellationToken: token);
                }

                Handled.Enqueue(reading.Number);
            });
        });
        _host = builder.Build();
    }

    public ConcurrentQueue<int> Handled { get; } = new();

    public IMessageBus Bus => _host.Services.GetRequiredService<IMessageBus>();

    public IMessageConsumer Consumer => _host.Services.GetRequiredService<MessageConsumers>()[0];

    public Task StartAsync() => _host.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask PublishAsync(int number) => Bus.PublishAsync(new Reading(number), cancellationToken: TestContext.Current.CancellationToken);

    public async Task<HealthReportEntry> ReadinessAsync()
    {
        var report = await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        return report.Entries.Values.Single(entry => entry.Tags.Contains("ready"));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(TestContext.Current.CancellationToken);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<bool> condition, TimeSpan atMost, string what)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !condition();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < atMost, $"{what}: not within {atMost}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
