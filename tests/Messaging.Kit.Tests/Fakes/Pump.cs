using System.Threading.Channels;
using Messaging.Kit.Consuming;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Tests.Fakes;

/// <summary>A consumer whose messages are handed to the test, which says what becomes of each.</summary>
internal sealed class Pump : IAsyncDisposable
{
    private readonly Channel<Handling> _handlings = Channel.CreateUnbounded<Handling>();
    private int _handling;

    public Pump(FakeReceiver receiver, Action<ConsumerOptions>? configure = null, MessageDelegate<ConsumeContext>? pipeline = null, params IMessageObserver[] observers)
    {
        var options = new ConsumerOptions { Receivers = 1 };
        configure?.Invoke(options);
        Receiver = receiver;
        Consumer = new MessageConsumer(
            "pump",
            new FakeSource("source", receiver),
            receiver,
            pipeline ?? HandAsync,
            options,
            new BatcherOptions(8, MaxAttempts: 3, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)),
            new ServiceCollection().BuildServiceProvider().GetRequiredService<IServiceScopeFactory>(),
            new MessageObservers(observers, NullLogger<MessageObservers>.Instance),
            Clock,
            Log);
    }

    public Clock Clock { get; } = new();

    public LogBook Log { get; } = new();

    public FakeReceiver Receiver { get; }

    public MessageConsumer Consumer { get; }

    /// <summary>Most messages that were handled at once.</summary>
    public int MostAtOnce { get; private set; }

    public static Pump Start(FakeReceiver receiver, Action<ConsumerOptions>? configure = null, MessageDelegate<ConsumeContext>? pipeline = null, params IMessageObserver[] observers)
    {
        var pump = new Pump(receiver, configure, pipeline, observers);
        pump.Consumer.Start();
        return pump;
    }

    /// <summary>Awaits the next message that comes into the hands of a handler.</summary>
    public Task<Handling> Next() => Wait.For(_handlings.Reader.ReadAsync(Wait.Stop).AsTask(), "the next message comes to its handler");

    /// <summary>Awaits some messages at once, and gives them by their ids.</summary>
    public async Task<Dictionary<string, Handling>> Next(int count)
    {
        var handlings = new Dictionary<string, Handling>();
        while (handlings.Count < count)
        {
            var handling = await Next();
            handlings.Add(handling.Id, handling);
        }

        return handlings;
    }

    public async Task<Handling> Next(string id)
    {
        var handling = await Next();
        Assert.Equal(id, handling.Id);
        return handling;
    }

    public void AssertNone() => Assert.False(_handlings.Reader.TryPeek(out var handling), $"No message was expected, but one came: {handling}");

    /// <summary>Awaits that nothing more goes on: all that came has been settled or given up.</summary>
    public Task Settled() => Wait.Until(() => Consumer.InFlight == 0, $"{Consumer.InFlight} messages are still held");

    public Task Stop() => Wait.For(Consumer.StopAsync(CancellationToken.None));

    /// <summary>Ends the consumer; time passes meanwhile, so that a test which failed half-way fails with its own words.</summary>
    public async ValueTask DisposeAsync() => await Clock.PassUntil(Consumer.DisposeAsync().AsTask());

    private async ValueTask HandAsync(ConsumeContext context)
    {
        var handling = new Handling(context);
        lock (_handlings)
        {
            MostAtOnce = Math.Max(MostAtOnce, ++_handling);
        }

        _handlings.Writer.TryWrite(handling);
        try
        {
            await handling.Ended;
        }
        finally
        {
            lock (_handlings)
            {
                _handling--;
            }
        }
    }
}

/// <summary>A message in the hands of a handler, which is the test.</summary>
internal sealed class Handling(ConsumeContext context)
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConsumeContext Context { get; } = context;

    public string Id { get; } = context.MessageId;

    public CancellationToken CancellationToken { get; } = context.CancellationToken;

    public Task Ended => _end.Task;

    public void Succeed() => _end.SetResult();

    public void Fail(Exception? failure = null) => _end.SetException(failure ?? new InvalidOperationException("scripted"));

    /// <summary>Reacts to cancellation as a handler should.</summary>
    public Handling Obey()
    {
        CancellationToken.Register(() => _end.TrySetCanceled(CancellationToken));
        return this;
    }

    public override string ToString() => Id;
}
