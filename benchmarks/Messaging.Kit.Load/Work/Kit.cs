using System.Diagnostics;
using Messaging.Kit.Hosting;
using Messaging.Kit.Load.Transports;
using Messaging.Kit.Messages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Load.Work;

/// <summary>The kit, set up as an application does it, and with its defaults unless the command line says otherwise.</summary>
internal sealed class Kit(LoadTransport transport, Options options) : Contender("kit")
{
    private const string MessageType = "payload";

    // Enough to keep every sender busy, from as many callers as can encode at once; what is under way is bounded by the bus itself.
    private const int Lot = 5_000;
    private static readonly int Calls = Environment.ProcessorCount;

    // An open loop publishes what is due, twice a millisecond if it can; this much may be unconfirmed before it waits for the broker.
    private const int MostUnconfirmed = 500_000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    // Within the process a publish is through when it returns; elsewhere one caller would wait for the network most of the time.
    private int? Callers => options.Callers ?? (options.Transport == Transport.InMemory ? 1 : null);

    public override async Task PublishAsync(string channel, Supply supply, CancellationToken cancellationToken)
    {
        using var host = Build(kit => Publish(kit, channel));
        await host.StartAsync(cancellationToken);
        var bus = host.Services.GetRequiredService<IMessageBus>();
        supply.Count(await bus.PublishManyAsync(supply.Payloads.Make(supply.TakeOpening()), cancellationToken: cancellationToken));
        supply.Begin();
        await PublishAllAsync(bus, supply, cancellationToken);
        supply.End();
        await host.StopAsync(CancellationToken.None);
    }

    public override async Task ConsumeAsync(string channel, Ledger ledger, CancellationToken cancellationToken)
    {
        using var host = Build(kit => Consume(kit, channel, ledger));
        await host.StartAsync(cancellationToken);
        await WaitAsync(ledger, host, cancellationToken);
    }

    /// <summary>Publishes and consumes at the same time.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="supply">What is published.</param>
    /// <param name="ledger">What has arrived; it skips as many as are sent before the clock starts.</param>
    /// <param name="rate">Messages per second, due at times that are fixed beforehand; <see langword="null"/> for as many as the bus takes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(string channel, Supply supply, Ledger ledger, int? rate, CancellationToken cancellationToken)
    {
        using var host = Build(kit =>
        {
            Publish(kit, channel);
            Consume(kit, channel, ledger);
        });
        await host.StartAsync(cancellationToken);
        var bus = host.Services.GetRequiredService<IMessageBus>();
        supply.Count(await bus.PublishManyAsync(supply.Payloads.Make(supply.TakeOpening()), cancellationToken: cancellationToken));
        while (ledger.Arrived < supply.Confirmed)
        {
            await Task.Delay(Tick, cancellationToken);
        }

        supply.Begin();
        await (rate is { } perSecond ? PublishAtAsync(bus, supply, perSecond, cancellationToken) : PublishAllAsync(bus, supply, cancellationToken));
        supply.End();
        ledger.Expect(supply.Confirmed);
        await WaitAsync(ledger, host, cancellationToken);
    }

    private async Task PublishAllAsync(IMessageBus bus, Supply supply, CancellationToken cancellationToken) =>
        await Task.WhenAll(Enumerable.Range(0, Callers ?? Calls).Select(_ => Task.Run(
            async () =>
            {
                while (!cancellationToken.IsCancellationRequested && supply.TryTake(Lot, out var lot))
                {
                    await (Callers is null ? PublishTogetherAsync(bus, supply, lot, cancellationToken) : PublishEachAsync(bus, supply, lot, cancellationToken));
                }
            },
            cancellationToken)));

    private static async Task PublishTogetherAsync(IMessageBus bus, Supply supply, Lot lot, CancellationToken cancellationToken) =>
        supply.Count(await bus.PublishManyAsync(supply.Payloads.Make(lot), cancellationToken: cancellationToken));

    private static async Task PublishEachAsync(IMessageBus bus, Supply supply, Lot lot, CancellationToken cancellationToken)
    {
        for (var number = lot.First; number < lot.End; number++)
        {
            try
            {
                await bus.PublishAsync(supply.Payloads.Make(number), cancellationToken: cancellationToken);
                supply.Confirm();
            }
            catch (MessagingException exception)
            {
                supply.Fail(exception);
            }
        }
    }

    // Each message has its time, which does not depend on what became of those before it: one that is published late has been waiting since then.
    private static async Task PublishAtAsync(IMessageBus bus, Supply supply, int rate, CancellationToken cancellationToken)
    {
        var (started, due, underWay) = (Stopwatch.GetTimestamp(), 0L, new List<Task>());
        while (true)
        {
            var now = (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * rate);
            if (now > due)
            {
                if (!supply.TryTake((int)(now - due), out var lot))
                {
                    break;
                }

                var first = due;
                underWay.Add(Task.Run(async () => supply.Count(await bus.PublishManyAsync(Due(lot, first), cancellationToken: cancellationToken)), cancellationToken));
                due = now;
            }

            underWay.RemoveAll(task => task.IsCompletedSuccessfully);
            if (due - supply.Confirmed - supply.Failed > MostUnconfirmed)
            {
                await Task.WhenAny(underWay);
            }

            await Task.Delay(Tick, cancellationToken);
        }

        await Task.WhenAll(underWay);

        IEnumerable<Payload> Due(Lot lot, long first)
        {
            for (var i = 0; i < lot.Count; i++)
            {
                yield return supply.Payloads.Make(lot.First + i, started + ((first + i) * Stopwatch.Frequency / rate));
            }
        }
    }

    private static async Task WaitAsync(Ledger ledger, IHost host, CancellationToken cancellationToken)
    {
        try
        {
            await ledger.Done.WaitAsync(cancellationToken);
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    private void Publish(MessagingBuilder kit, string channel)
    {
        var route = kit.Publish<Payload>(MessageType, to => transport.To(to, channel));
        if (options.Keys > 0)
        {
            route.KeyBy(payload => payload.Key);
        }
    }

    private void Consume(MessagingBuilder kit, string channel, Ledger ledger) => kit
        .Consume(from => transport.From(from, channel))
        .Configure(consumer =>
        {
            consumer.Concurrency = options.Concurrency ?? consumer.Concurrency;
            consumer.Prefetch = options.Prefetch ?? consumer.Prefetch;
        })
        .Handle<Payload>(MessageType, (payload, _, token) =>
        {
            if (options.HandlerTime > TimeSpan.Zero)
            {
                return HandleSlowlyAsync(ledger, payload, token);
            }

            ledger.Arrive(payload);
            return default;
        });

    private async ValueTask HandleSlowlyAsync(Ledger ledger, Payload payload, CancellationToken cancellationToken)
    {
        await Task.Delay(options.HandlerTime, cancellationToken);
        ledger.Arrive(payload);
    }

    private IHost Build(Action<MessagingBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddMessaging(kit =>
        {
            transport.Configure(kit);
            kit.UseJson(PayloadContext.Default);
            configure(kit);
        });
        return builder.Build();
    }
}
