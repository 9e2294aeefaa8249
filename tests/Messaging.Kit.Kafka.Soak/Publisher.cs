using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka.Soak;

/// <summary>
/// Publishes until so many messages are confirmed. One that fails keeps its number, for it may have arrived all the same, and another
/// is published at the end of its key: so the order within the key is that of the numbers, whatever happens.
/// </summary>
internal static class Publisher
{
    private const int Chunk = 5_000;

    public static async Task RunAsync(Settings settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "));
        builder.Services.AddKafkaTransport(settings.Apply);
        builder.Services.AddMessaging(kit => kit.Publish<Item>("item", to => to.Kafka(settings.Input)).KeyBy(Item.KeyOf));
        using var host = builder.Build();
        await host.StartAsync();
        var bus = host.Services.GetRequiredService<IMessageBus>();
        var published = new Published(new int[settings.Keys], []);
        var clock = Stopwatch.StartNew();
        for (var (confirmed, next) = (0, 0); confirmed < settings.Messages;)
        {
            var items = new List<Item>(Chunk);
            var outcomes = await bus.PublishManyAsync(Next(Math.Min(Chunk, settings.Messages - confirmed)));
            for (var i = 0; i < outcomes.Count; i++)
            {
                if (outcomes[i].Error is { } error)
                {
                    Console.WriteLine($"{items[i]} failed: {error.Message}");
                    published.Unconfirmed.Add(items[i]);
                }
                else
                {
                    confirmed++;
                }
            }

            var ahead = TimeSpan.FromSeconds((double)confirmed / settings.Rate) - clock.Elapsed;
            await Task.Delay(ahead > TimeSpan.Zero ? ahead : TimeSpan.Zero);

            IEnumerable<Item> Next(int count)
            {
                for (; count > 0; count--, next++)
                {
                    var key = next % settings.Keys;
                    var item = new Item(key, published.Counts[key]++);
                    items.Add(item);
                    yield return item;
                }
            }
        }

        await File.WriteAllTextAsync(Published.FileIn(settings.Folder), JsonSerializer.Serialize(published));
        await host.StopAsync();
    }
}
