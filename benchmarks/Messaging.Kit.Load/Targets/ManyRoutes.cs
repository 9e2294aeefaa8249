using Messaging.Kit.Hosting;
using Messaging.Kit.InMemory;
using Messaging.Kit.Load.Measuring;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Load.Targets;

/// <summary>
/// A bus with as many as a thousand message types, each with a route of its own, which are published in turn. Three digits make a type, so
/// that the compiler makes all thousand of them, as the kit has no reflection to close a generic with.
/// </summary>
internal sealed class ManyRoutes : IAsyncDisposable
{
    public const int Count = 1_000;

    // Old messages are dropped: what is measured is the way to the queue.
    private const int PurgeEvery = 50_000;

    private readonly List<Func<IMessageBus, ValueTask>> _publishes = [];
    private readonly InMemoryBroker _broker = new();
    private readonly ServiceProvider _services;
    private readonly IMessageBus _bus;

    public ManyRoutes(int routes)
    {
        _services = new ServiceCollection()
            .AddSingleton(_broker)
            .AddMessaging(kit => Hundreds(kit, routes))
            .BuildServiceProvider();
        _bus = _services.GetRequiredService<IMessageBus>();
    }

    /// <summary>Publishes so many, and says what one costs in microseconds of CPU.</summary>
    public async Task<double> PublishAsync(int messages)
    {
        var stretch = new Stretch();
        for (var i = 0; i < messages; i++)
        {
            await _publishes[i % _publishes.Count](_bus);
            if (i % PurgeEvery == 0)
            {
                _broker.GetQueue("routes").Purge();
            }
        }

        var cost = stretch.End(messages).CpuPerMessage;
        _broker.GetQueue("routes").Purge();
        return cost;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private void Hundreds(MessagingBuilder kit, int routes)
    {
        Tens<D0>(kit, routes);
        Tens<D1>(kit, routes);
        Tens<D2>(kit, routes);
        Tens<D3>(kit, routes);
        Tens<D4>(kit, routes);
        Tens<D5>(kit, routes);
        Tens<D6>(kit, routes);
        Tens<D7>(kit, routes);
        Tens<D8>(kit, routes);
        Tens<D9>(kit, routes);
    }

    private void Tens<TA>(MessagingBuilder kit, int routes)
    {
        Ones<TA, D0>(kit, routes);
        Ones<TA, D1>(kit, routes);
        Ones<TA, D2>(kit, routes);
        Ones<TA, D3>(kit, routes);
        Ones<TA, D4>(kit, routes);
        Ones<TA, D5>(kit, routes);
        Ones<TA, D6>(kit, routes);
        Ones<TA, D7>(kit, routes);
        Ones<TA, D8>(kit, routes);
        Ones<TA, D9>(kit, routes);
    }

    private void Ones<TA, TB>(MessagingBuilder kit, int routes)
    {
        Add<TA, TB, D0>(kit, routes);
        Add<TA, TB, D1>(kit, routes);
        Add<TA, TB, D2>(kit, routes);
        Add<TA, TB, D3>(kit, routes);
        Add<TA, TB, D4>(kit, routes);
        Add<TA, TB, D5>(kit, routes);
        Add<TA, TB, D6>(kit, routes);
        Add<TA, TB, D7>(kit, routes);
        Add<TA, TB, D8>(kit, routes);
        Add<TA, TB, D9>(kit, routes);
    }

    private void Add<TA, TB, TC>(MessagingBuilder kit, int routes)
    {
        if (_publishes.Count < routes)
        {
            var message = new Numbered<TA, TB, TC> { Number = _publishes.Count };
            kit.Publish<Numbered<TA, TB, TC>>($"numbered.{_publishes.Count}", to => to.InMemory("routes"));
            _publishes.Add(bus => bus.PublishAsync(message));
        }
    }

    private sealed class Numbered<TA, TB, TC>
    {
        public int Number { get; set; }
    }

    private sealed class D0;

    private sealed class D1;

    private sealed class D2;

    private sealed class D3;

    private sealed class D4;

    private sealed class D5;

    private sealed class D6;

    private sealed class D7;

    private sealed class D8;

    private sealed class D9;
}
