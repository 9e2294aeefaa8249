using System.Collections.Concurrent;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Messaging.Kit.Tests.Middleware.Retry;

public sealed class RetryTests
{
    private readonly FakeReceiver _receiver = new();
    private readonly FakeSender _sender = new();
    private int _attempts;

    [Fact]
    public async Task Failed_message_is_tried_again_within_its_delivery()
    {
        await using var app = await Consume(_ => ++_attempts < 3 ? throw new InvalidOperationException("again") : default);
        _receiver.Deliver("1");
        await Pass(app, 2);

        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal(3, _attempts);
    }

    [Fact]
    public async Task Attempts_are_bounded_and_then_the_message_goes_back()
    {
        var observer = new Observer();
        await using var app = await Consume(_ => throw new InvalidOperationException($"attempt {++_attempts}"), options => options.MaxAttempts = 4, observer: observer);
        _receiver.Deliver("1");
        await Pass(app, 3);

        await Wait.Until(() => _receiver.Returned.Any());
        Assert.Equal(4, _attempts);
        Assert.Equal(["retried: attempt 1", "retried: attempt 2", "retried: attempt 3", "returned: attempt 4"], observer.Told);
    }

    [Fact]
    public async Task A_single_attempt_is_no_retry()
    {
        await using var app = await Consume(_ => throw new InvalidOperationException($"{++_attempts}"), options => options.MaxAttempts = 1);
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Returned.Any());
        Assert.Equal(1, _attempts);
    }

    [Fact]
    public async Task Waits_grow_up_to_the_longest()
    {
        await using var app = await Consume(
            _ => throw new InvalidOperationException($"{++_attempts}"),
            options => (options.MaxAttempts, options.Delay, options.MaxDelay) = (8, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400)));
        _receiver.Deliver("1");
        var waits = await Pass(app, 7);
        await Wait.Until(() => _receiver.Returned.Any());
        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromMilliseconds(400)));
    }

    [Theory]
    [InlineData(typeof(PoisonMessageException))]
    [InlineData(typeof(MessageInProgressException))]
    public async Task What_no_attempt_can_change_is_not_tried_again(Type type)
    {
        await using var app = await Consume(_ =>
        {
            _attempts++;
            throw type == typeof(PoisonMessageException) ? new PoisonMessageException("never") : new MessageInProgressException(TimeSpan.FromSeconds(1));
        });
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Returned.Any());
        Assert.Equal(1, _attempts);
    }

    [Fact]
    public async Task Time_out_of_the_handler_s_own_is_tried_again()
    {
        await using var app = await Consume(_ => ++_attempts < 2 ? throw new TaskCanceledException("HttpClient's") : default);
        _receiver.Deliver("1");
        await Pass(app, 1);
        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal(2, _attempts);
    }

    [Fact]
    public async Task Cancelled_delivery_is_not_tried_again()
    {
        await using var app = await Consume(async context =>
        {
            _attempts++;
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        });
        _receiver.Deliver("1");
        await Wait.Until(() => Volatile.Read(ref _attempts) == 1);
        await Wait.For(app.Runtime.StopAsync(new CancellationToken(canceled: true)));

        Assert.Equal(1, _attempts);
        Assert.Equal(["nack 1"], _receiver.Settlements.Select(settled => settled.ToString()));
    }

    [Fact]
    public async Task Wait_for_the_next_attempt_ends_with_the_delivery()
    {
        await using var app = await Consume(_ => throw new InvalidOperationException($"{++_attempts}"), options => options.Delay = options.MaxDelay = TimeSpan.FromHours(1));
        _receiver.Deliver("1");
        await app.Clock.Wait(wait => wait > TimeSpan.FromMinutes(1));
        await Wait.For(app.Runtime.StopAsync(new CancellationToken(canceled: true)));
        Assert.Equal(1, _attempts);
        Assert.Equal(["1"], _receiver.Returned);
    }

    [Fact]
    public async Task Only_what_is_worth_it_is_tried_again()
    {
        await using var app = await Consume(
            _ => ++_attempts == 1 ? throw new TimeoutException("worth it") : throw new InvalidOperationException("not worth it"),
            options => options.ShouldRetry = exception => exception is TimeoutException);
        _receiver.Deliver("1");
        await Pass(app, 1);
        await Wait.Until(() => _receiver.Returned.Any());
        Assert.Equal(2, _attempts);
    }

    [Fact]
    public async Task Every_attempt_has_fresh_services()
    {
        var scoped = new ConcurrentQueue<Scoped>();
        await using var app = await Consume(
            context =>
            {
                scoped.Enqueue(context.Services.GetRequiredService<Scoped>());
                Assert.Same(scoped.Last(), context.Services.GetRequiredService<Scoped>());
                return ++_attempts < 3 ? throw new InvalidOperationException("again") : default;
            },
            services: services => services.AddScoped<Scoped>());
        _receiver.Deliver("1");
        await Pass(app, 2);
        await Wait.Until(() => _receiver.Acked.Any());

        Assert.Equal(3, scoped.Distinct().Count());
        Assert.All(scoped, service => Assert.Equal(1, service.Disposals));
    }

    [Fact]
    public async Task Attempt_sees_the_headers_and_the_body_of_the_message()
    {
        await using var app = await Consume(context => ++_attempts < 2 ? throw new InvalidOperationException(context.Headers["note"]) : default);
        var message = FakeReceiver.Message("1");
        message.Headers.Set("note", "kept");
        _receiver.Deliver(message);
        await Pass(app, 1);
        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal("kept", message.Headers["note"]);
    }

    [Fact]
    public async Task User_s_own_pipeline_is_used_and_its_time_out_is_the_handler_s_token()
    {
        var tokens = new ConcurrentQueue<bool>();
        var pipeline = new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions { MaxRetryAttempts = 2, Delay = TimeSpan.Zero, ShouldHandle = new PredicateBuilder().Handle<TimeoutRejectedException>() })
            .AddTimeout(TimeSpan.FromMilliseconds(30))
            .Build();
        await using var app = await Start(consumer => consumer.UseRetry(pipeline).Handle<string>("test", async (_, context, cancellationToken) =>
        {
            tokens.Enqueue(context.CancellationToken == cancellationToken);
            await (++_attempts < 3 ? Task.Delay(Timeout.Infinite, cancellationToken) : Task.CompletedTask);
        }));
        _receiver.Deliver("1");

        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal(3, _attempts);
        Assert.All(tokens, Assert.True);
    }

    [Fact]
    public async Task Message_that_has_had_its_deliveries_does_not_pass_the_user_s_pipeline()
    {
        var runs = 0;
        var pipeline = new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions { MaxRetryAttempts = 5, Delay = TimeSpan.Zero, OnRetry = _ => { runs++; return default; } })
            .Build();
        await using var app = await Start(consumer => consumer
            .UseDeadLetter(_ => new FakeDestination("dead", _sender), maxDeliveries: 2)
            .UseRetry(pipeline)
            .Handle<string>("test", (_, _, _) => throw new InvalidOperationException($"{++_attempts}")));
        _receiver.Deliver(FakeReceiver.Message("1", deliveryCount: 3));

        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal((0, 0), (_attempts, runs));
        Assert.Equal("exhausted", Assert.Single(_sender.Sent).Headers[HeaderNames.DeadLetterReason]);
    }

    [Fact]
    public async Task Token_of_the_context_is_put_back_after_the_attempts()
    {
        CancellationToken outer = default, after = default;
        await using var app = await Start(consumer => consumer
            .Use(async (context, next) =>
            {
                outer = context.CancellationToken;
                try
                {
                    await next(context);
                }
                finally
                {
                    after = context.CancellationToken;
                }
            })
            .UseRetry(new ResiliencePipelineBuilder().AddTimeout(TimeSpan.FromMinutes(1)).Build())
            .Handle<string>("test", (_, _, cancellationToken) =>
            {
                Assert.NotEqual(outer, cancellationToken);
                return default;
            }));
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal(outer, after);
    }

    [Fact]
    public async Task Operators_have_the_last_word()
    {
        await using var app = await App.Start(
            kit => kit.Consume(_ => new FakeSource("orders", _receiver)).UseRetry().Handle<string>("test", (_, _, _) => throw new InvalidOperationException($"{++_attempts}")),
            settings: new() { ["Messaging:Consumers:orders:Retry:MaxAttempts"] = "2", ["Messaging:Consumers:orders:Retry:Delay"] = "00:00:00.050" });
        _receiver.Deliver("1");
        Assert.InRange((await Pass(app, 1))[0].TotalMilliseconds, 0, 100);
        await Wait.Until(() => _receiver.Returned.Any());
        Assert.Equal(2, _attempts);
    }

    [Fact]
    public async Task Publish_is_tried_again_after_the_transport_s_own_attempts_while_the_failure_is_transient()
    {
        var calls = 0;
        _sender.OnSend = (_, _) => ++calls switch
        {
            1 => throw new TransportException(FailureKind.Transient, "again"),
            2 => throw new TransportException(FailureKind.Permanent, "never"),
            _ => default,
        };
        await using var app = new App(kit =>
        {
            kit.Configure(options => options.Sending.MaxAttempts = 1);
            kit.Publish<string>("test", _ => new FakeDestination("orders", _sender)).UseRetry();
        });
        var publishing = app.Bus.PublishAsync("text").AsTask();
        await Pass(app, 1);
        Assert.Equal("never", (await Wait.Fails<TransportException>(publishing)).Message);
        Assert.Equal(2, calls);
        await Wait.For(app.Bus.PublishAsync("text"));
    }

    [Fact]
    public async Task Publish_passes_the_user_s_own_pipeline()
    {
        var calls = 0;
        _sender.OnSend = (_, _) => ++calls == 1 ? throw new TransportException(FailureKind.Permanent, "refused once") : default;
        await using var app = new App(kit => kit.Publish<string>("test", _ => new FakeDestination("orders", _sender))
            .UseRetry(new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions { Delay = TimeSpan.Zero }).Build()));
        await Wait.For(app.Bus.PublishAsync("text"));
        Assert.Equal("\"text\"", Assert.Single(_sender.Sent).Text);
    }

    private Task<App> Consume(
        Func<ConsumeContext, ValueTask> handle,
        Action<Kit.Middleware.Retry.RetryOptions>? configure = null,
        IMessageObserver? observer = null,
        Action<IServiceCollection>? services = null) =>
        Start(consumer => consumer.UseRetry(configure).Handle<string>("test", (_, context, _) => handle(context)), observer, services);

    private Task<App> Start(Action<ConsumeBuilder> configure, IMessageObserver? observer = null, Action<IServiceCollection>? services = null) => App.Start(
        kit => configure(kit.Consume(_ => new FakeSource("orders", _receiver))),
        collection =>
        {
            services?.Invoke(collection);
            if (observer is not null)
            {
                collection.AddSingleton(observer);
            }
        });

    private static async Task<List<TimeSpan>> Pass(App app, int times)
    {
        var waits = new List<TimeSpan>();
        while (waits.Count < times)
        {
            waits.Add(await app.Clock.Pass());
        }

        return waits;
    }

    private sealed class Scoped : IAsyncDisposable
    {
        public int Disposals { get; private set; }

        public ValueTask DisposeAsync()
        {
            Disposals++;
            return default;
        }
    }

    private sealed class Observer : IMessageObserver
    {
        public ConcurrentQueue<string> Told { get; } = new();

        public void Retried(ConsumeContext context, Exception failure) => Told.Enqueue($"retried: {failure.Message}");

        public void Returned(ConsumeContext context, Exception failure) => Told.Enqueue($"returned: {failure.Message}");
    }
}
