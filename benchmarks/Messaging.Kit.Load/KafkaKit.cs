using System.Text.Json;
using Messaging.Kit.Hosting;
using Messaging.Kit.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Load;

/// <summary>The kit over Kafka.</summary>
internal static class KafkaKit
{
    private const int Chunk = 20_000;

    public static async Task<Measurement> PublishAsync(string topic, int messages, IReadOnlyList<Payload> payloads)
    {
        using var host = Build(kit => kit.Publish<Payload>("payload", to => to.Kafka(topic)).KeyBy(payload => payload.Key));
        await host.StartAsync();
        var bus = host.Services.GetRequiredService<IMessageBus>();
        await bus.PublishManyAsync(payloads.Take(100));
        var measured = await Measurement.OfAsync(messages, async () =>
        {
            var underWay = new Queue<Task<IReadOnlyList<PublishOutcome>>>();
            for (var sent = 0; sent < messages; sent += Chunk)
            {
                if (underWay.Count == 4)
                {
                    Check(await underWay.Dequeue());
                }

                var from = sent;
                underWay.Enqueue(bus.PublishManyAsync(Enumerable.Range(from, Math.Min(Chunk, messages - from)).Select(i => payloads[i % payloads.Count])).AsTask());
            }

            while (underWay.TryDequeue(out var task))
            {
                Check(await task);
            }
        });
        await host.StopAsync();
        return measured;
    }

    public static async Task<Measurement> ConsumeAsync(string topic, int messages)
    {
        var count = 0;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = Build(kit => kit.Consume(from => from.Kafka(topic, options => options.Group = $"kit-{Guid.NewGuid():N}"))
            .Configure(o => { if (Environment.GetEnvironmentVariable("CONC") is { } c) o.Concurrency = int.Parse(c); if (Environment.GetEnvironmentVariable("PRE") is { } p) o.Prefetch = int.Parse(p); })
            .Handle<Payload>("payload", (_, _, _) =>
            {
                if (Interlocked.Increment(ref count) == messages)
                {
                    done.SetResult();
                }

                return default;
            }));
        var measured = await Measurement.OfAsync(messages, async () =>
        {
            await host.StartAsync();
            await done.Task;
        });
        await host.StopAsync();
        return measured;
    }

    private static void Check(IReadOnlyList<PublishOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            if (outcome.Error is { } error)
            {
                throw error;
            }
        }
    }

    private static IHost Build(Action<MessagingBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMessaging(kit =>
        {
            kit.UseJson(PayloadContext.Default);
            configure(kit);
        });
        return builder.Build();
    }
}
