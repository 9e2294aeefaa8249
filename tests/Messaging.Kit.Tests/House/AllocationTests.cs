using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;
using Messaging.Kit.Consuming;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Tests.InMemory;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Tests.House;

/// <summary>
/// The budgets of the house: what a message costs beyond itself. They look at the memory of the whole process, so nothing else may
/// run meanwhile.
/// </summary>
[Collection<AloneCollection>]
public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int Messages = 20_000;

    // A message of the tests, and the envelope in which a transport delivers it.
    private const int MessageBytes = 24;
    private const int EnvelopeBytes = 168;

    private static readonly byte[] Body = "{\"number\":1}"u8.ToArray();

    [Fact]
    public async Task Journey_through_a_pipeline_costs_nothing()
    {
        var middleware = Enumerable.Range(0, 4).Select(_ => (IMessageMiddleware<ConsumeContext>)new PassingStep()).ToList();
        var pipeline = MessagePipeline.Compose(middleware, static _ => default);
        await using var scopes = new ServiceCollection().BuildServiceProvider();
        var context = new Delivery(FakeReceiver.Message("1"), new(new FakeSource("source"), "consumer", scopes.GetRequiredService<IServiceScopeFactory>()), 0);
        var bytes = 0L;
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var message = 0; message < Messages; message++)
            {
                await pipeline(context);
            }

            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Publish_costs_at_most_256_bytes(bool isAsynchronous)
    {
        var sender = new SilentSender(isAsynchronous);
        await using var app = new App(kit => kit.Publish<Message>("test", _ => new FakeDestination("out", sender)), time: TimeProvider.System);
        var (bus, message) = (app.Bus, new Message { Number = 1 });
        await AssertBudget($"publish, {(isAsynchronous ? "answered later" : "answered at once")}", 256, async () =>
        {
            for (var number = 0; number < Messages; number++)
            {
                await bus.PublishAsync(message);
            }
        });
    }

    [Fact]
    public async Task Concurrent_publishes_cost_at_most_256_bytes_each()
    {
        var sender = new SilentSender(isAsynchronous: true);
        await using var app = new App(kit => kit.Publish<Message>("test", _ => new FakeDestination("out", sender)), time: TimeProvider.System);
        var (bus, message) = (app.Bus, new Message { Number = 1 });
        await AssertBudget("publish by 32 at once", 256, () => Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            for (var number = 0; number < Messages / 32; number++)
            {
                await bus.PublishAsync(message);
            }
        })));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Consume_costs_at_most_384_bytes(bool isAsynchronous)
    {
        var receiver = new SilentReceiver();
        var handled = 0;
        await using var app = await App.Start(
            kit => kit.Consume(_ => new FakeSource("in", receiver)).Handle<Message>("test", (_, _, _) => HandleAsync()),
            time: TimeProvider.System);
        var own = MessageBytes + await CostOf(HandleAsync);
        await AssertBudget($"consume, {(isAsynchronous ? "handled later" : "handled at once")}", 384, () => receiver.Run(Messages), own);
        Assert.InRange(handled, Messages, int.MaxValue);

        async ValueTask HandleAsync()
        {
            if (isAsynchronous)
            {
                await Task.Yield();
            }

            Interlocked.Increment(ref handled);
        }
    }

    [Fact]
    public async Task Publish_and_consume_over_the_in_memory_transport_stay_within_both_budgets()
    {
        var done = new Countdown();
        await using var app = await App.Start(
            kit =>
            {
                kit.Publish<Message>("test", to => to.InMemory("queue"));
                kit.Consume(from => from.InMemory("queue")).Handle<Message>("test", (_, _, _) =>
                {
                    done.Signal();
                    return default;
                });
            },
            time: TimeProvider.System);
        var (bus, message) = (app.Bus, new Message { Number = 1 });
        await AssertBudget("in memory, there and back", 256 + 384, async () =>
        {
            var all = done.Begin(Messages);
            for (var number = 0; number < Messages; number++)
            {
                await bus.PublishAsync(message);
            }

            await Wait.For(all);
        }, MessageBytes + EnvelopeBytes);
    }

    private async Task AssertBudget(string what, int budget, Func<Task> run, double own = 0)
    {
        // The first rounds fill the pools and compile; of the others the best counts, for what else the process does is not ours.
        var best = double.MaxValue;
        for (var round = 0; round < 8; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await Wait.For(run());
            var each = (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Messages;
            best = round < 2 ? best : Math.Min(best, each);
        }

        output.WriteLine($"{what}: {best - own:N0} bytes each, beyond {own:N0} of the message's own.");
        Assert.InRange(best - own, -own, budget);
    }

    // What a handler costs by itself: the state of an asynchronous method that waits.
    private static async Task<double> CostOf(Func<ValueTask> run)
    {
        var best = double.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var number = 0; number < Messages; number++)
            {
                await run();
            }

            best = Math.Min(best, (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Messages);
        }

        return Math.Round(best);
    }

    // Not a record: to call a constructor with parameters costs System.Text.Json some 170 bytes of its own.
    private sealed class Message
    {
        public int Number { get; set; }
    }

    private sealed class PassingStep : IMessageMiddleware<ConsumeContext>
    {
        public ValueTask InvokeAsync(ConsumeContext context, MessageDelegate<ConsumeContext> next) => next(context);
    }

    /// <summary>Accepts everything and allocates nothing.</summary>
    private sealed class SilentSender(bool isAsynchronous) : ITransportSender
    {
        private readonly Answers _answers = new();

        public TransportLimits Limits { get; } = new(10, 1_000_000, 1_000_000);

        public TransportFeatures Features => TransportFeatures.None;

        public int Measure(Envelope envelope) => envelope.Body.Length;

        public ValueTask SendAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken)
        {
            if (!isAsynchronous)
            {
                return default;
            }

            if (!_answers.TryTake(out var answer))
            {
                answer = new Answer(_answers);
            }

            return answer.Later();
        }

        public ValueTask DisposeAsync() => default;
    }

    /// <summary>
    /// An answer that comes by another thread, and that is used again. Whatever keeps its objects with a thread or a core, as pooled
    /// asynchronous methods do, allocates the more the busier the machine is, and that would be counted as the kit's.
    /// </summary>
    private sealed class Answer(Answers free) : IValueTaskSource, IThreadPoolWorkItem
    {
        private ManualResetValueTaskSourceCore<bool> _core;

        public Answer? Next { get; set; }

        public ValueTask Later()
        {
            var answer = new ValueTask(this, _core.Version);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return answer;
        }

        public void Execute() => _core.SetResult(true);

        public void GetResult(short token)
        {
            _core.GetResult(token);
            _core.Reset();
            free.Add(this);
        }

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }

    private sealed class Answers
    {
        private readonly Lock _lock = new();
        private Answer? _first;

        public bool TryTake([NotNullWhen(true)] out Answer? answer)
        {
            lock (_lock)
            {
                answer = _first;
                _first = answer?.Next;
                return answer is not null;
            }
        }

        public void Add(Answer answer)
        {
            lock (_lock)
            {
                (answer.Next, _first) = (_first, answer);
            }
        }
    }

    /// <summary>Delivers the same envelopes again and again, as many as it is told to; only its lists cost.</summary>
    private sealed class SilentReceiver : ITransportReceiver
    {
        private readonly Lock _lock = new();
        private readonly ReceivedEnvelope[][] _envelopes =
            [.. Enumerable.Range(0, 11).Select(count => Enumerable.Range(0, count).Select(number => new ReceivedEnvelope($"{number}", "test", Body)).ToArray())];

        private readonly SemaphoreSlim _demand = new(0);
        private TaskCompletionSource _done = new();
        private int _toDeliver, _toSettle;

        public TransportLimits Limits { get; } = new(10, int.MaxValue, int.MaxValue);

        public TransportFeatures Features => TransportFeatures.None;

        public Task Run(int messages)
        {
            _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _toSettle, messages);
            lock (_lock)
            {
                _toDeliver = messages;
            }

            _demand.Release();
            return _done.Task;
        }

        public async ValueTask<IReadOnlyList<ReceivedEnvelope>> ReceiveAsync(int maxMessages, CancellationToken cancellationToken)
        {
            while (true)
            {
                lock (_lock)
                {
                    var count = Math.Min(maxMessages, _toDeliver);
                    if (count > 0)
                    {
                        _toDeliver -= count;
                        return _envelopes[count];
                    }
                }

                await _demand.WaitAsync(cancellationToken);
            }
        }

        public ValueTask SettleAsync(TransportBatch<SettledEnvelope> batch, CancellationToken cancellationToken)
        {
            if (Interlocked.Add(ref _toSettle, -batch.Count) <= 0)
            {
                _done.TrySetResult();
            }

            return default;
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Countdown
    {
        private TaskCompletionSource _done = new();
        private int _left;

        public Task Begin(int count)
        {
            _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _left, count);
            return _done.Task;
        }

        public void Signal()
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                _done.SetResult();
            }
        }
    }
}
