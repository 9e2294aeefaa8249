using Messaging.Kit.Consuming;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka.Soak;

/// <summary>One member of the group: notes what it handles, and in the exactly-once mode publishes it again. SIGTERM lets it leave.</summary>
internal static partial class Worker
{
    public static async Task RunAsync(Settings settings)
    {
        using var handled = new HandledLog(settings.Folder, settings.Number);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "));
        builder.Services.AddKafkaTransport(settings.Apply);
        builder.Services.AddMessaging(kit =>
        {
            var consume = kit.Consume(from => from.Kafka(settings.Input)).Configure(options => options.Concurrency = settings.Concurrency);
            if (settings.IsExactlyOnce)
            {
                kit.Publish<Item>("item", to => to.Kafka(settings.Output)).KeyBy(Item.KeyOf);
                consume.ExactlyOnce();
            }

            consume.Handle<Item>("item", async (item, context, token) =>
            {
                handled.Add(item);
                if (settings.IsExactlyOnce)
                {
                    await context.Services.GetRequiredService<IMessageBus>().PublishAsync(item, cancellationToken: token);
                }
            });
        });
        builder.Services.AddHostedService<Watch>();
        using var host = builder.Build();
        await host.RunAsync();
    }

    /// <summary>Asks for the backlog all the time, as health checks do: it must neither fail for good nor get into the way.</summary>
    private sealed partial class Watch(MessageConsumers consumers, ILogger<Watch> logger) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var consumer = consumers.Single();
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    var backlog = await consumer.GetBacklogAsync(stoppingToken);
                    LogBacklog(consumer.State, consumer.InFlight, consumer.Handling, backlog);
                }
                catch (TransportException exception)
                {
                    LogNoBacklog(consumer.State, consumer.InFlight, consumer.Handling, exception.Message);
                }

                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        [LoggerMessage(LogLevel.Information, "{State}, {InFlight} held, {Handling} in hand, {Backlog}")]
        private partial void LogBacklog(ConsumerState state, int inFlight, int handling, Transports.Backlog? backlog);

        [LoggerMessage(LogLevel.Information, "{State}, {InFlight} held, {Handling} in hand, no backlog: {Reason}")]
        private partial void LogNoBacklog(ConsumerState state, int inFlight, int handling, string reason);
    }
}
