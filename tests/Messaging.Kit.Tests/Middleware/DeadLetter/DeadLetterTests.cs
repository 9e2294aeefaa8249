using System.Globalization;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Compression;
using Messaging.Kit.Middleware.DeadLetter;
using Messaging.Kit.Middleware.Idempotency;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Tests.Middleware.DeadLetter;

public sealed class DeadLetterTests
{
    private readonly FakeReceiver _receiver = new();
    private readonly FakeSender _dead = new();
    private Func<ConsumeContext, ValueTask> _handle = _ => default;
    private int _handled;

    [Fact]
    public async Task Message_that_has_had_its_deliveries_is_dead_lettered_after_the_last_and_acknowledged()
    {
        await using var app = await Start();
        Fail(new InvalidOperationException("broken"));
        Assert.Equal("nack", await Deliver(deliveryCount: 2));
        Assert.Empty(_dead.Sent);
        Assert.Equal("ack", await Deliver(deliveryCount: 3));

        Assert.Equal("exhausted", Assert.Single(_dead.Sent).Headers[HeaderNames.DeadLetterReason]);
        Assert.Equal(2, _handled);
    }

    [Fact]
    public async Task Poison_is_dead_lettered_at_once()
    {
        await using var app = await Start();
        Fail(new PoisonMessageException("never"));
        Assert.Equal("ack", await Deliver());
        Assert.Equal("poison", Assert.Single(_dead.Sent).Headers[HeaderNames.DeadLetterReason]);
    }

    [Theory]
    [InlineData("{", "test", "The body is not a System.String in JSON")]
    [InlineData("null", "test", "The body is the JSON value null")]
    [InlineData("\"x\"", "unknown", "orders has no handler for messages of type 'unknown'")]
    [InlineData("\"x\"", "", "The message carries no type, and orders has no DefaultType for such.")]
    public async Task What_can_never_be_handled_is_poison(string body, string type, string text)
    {
        await using var app = await Start();
        Assert.Equal("ack", await Deliver(FakeReceiver.Message("1", type: type, body: System.Text.Encoding.UTF8.GetBytes(body))));
        var letter = Assert.Single(_dead.Sent);
        Assert.Equal("poison", letter.Headers[HeaderNames.DeadLetterReason]);
        Assert.StartsWith(text, letter.Headers[HeaderNames.DeadLetterMessage], StringComparison.Ordinal);
        Assert.Equal(body, letter.Text);
        Assert.Equal(0, _handled);
    }

    [Fact]
    public async Task Letter_is_the_message_with_all_that_there_is_to_know()
    {
        await using var app = await Start(settings: new() { ["Messaging:Names:orders"] = "prod-orders" });
        var first = app.Clock.GetUtcNow().AddMinutes(-7);
        Fail(new InvalidOperationException("broken 💥 \ud800 half"));
        var message = new ReceivedEnvelope("id-1", "test", "\"body\""u8.ToArray())
        {
            Key = "key",
            Source = "/shop",
            Time = first.AddDays(-1),
            DeliveryCount = 3,
            FirstDelivered = first,
            ContentType = "application/vnd.x+json",
        };
        message.Headers.Set("tenant", "blue");
        message.Headers.AddForeign("A name that is far longer than headers may be", "kept");
        Assert.Equal("ack", await Deliver(message));

        var letter = Assert.Single(_dead.Sent);
        Assert.Equal(("id-1", "test", "key", "/shop", first.AddDays(-1), "application/vnd.x+json", "\"body\""), (letter.Id, letter.Envelope.Type, letter.Key, letter.Envelope.Source, letter.Envelope.Time, letter.Envelope.ContentType, letter.Text));
        Assert.Equal(TimeSpan.Zero, letter.Envelope.Delay);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["tenant"] = "blue",
                ["anamethatisfarlongerthanheadersmaybe"] = "kept",
                [HeaderNames.DeadLetterReason] = "exhausted",
                [HeaderNames.DeadLetterException] = "System.InvalidOperationException",
                [HeaderNames.DeadLetterMessage] = "broken 💥 \ufffd half",
                [HeaderNames.DeadLetterSource] = "fake:prod-orders",
                [HeaderNames.DeadLetterConsumer] = "orders",
                [HeaderNames.DeadLetterCount] = "3",
                [HeaderNames.DeadLetterFirst] = first.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
                [HeaderNames.DeadLetterLast] = app.Clock.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            },
            letter.Headers);
        Assert.True(app.Log.Has(LogLevel.Error, "Message id-1 of orders was dead-lettered to fake:dead: exhausted after 3 deliveries."));
    }

    [Fact]
    public async Task Text_of_the_failure_is_bounded()
    {
        await using var app = await Start();
        Fail(new PoisonMessageException(new string('x', 1023) + "💥 and more"));
        await Deliver();
        Assert.Equal(new string('x', 1023) + "\ufffd", Assert.Single(_dead.Sent).Headers[HeaderNames.DeadLetterMessage]);
    }

    [Fact]
    public async Task Letter_has_an_id_of_its_own_for_deduplication()
    {
        await using var app = await Start();
        Fail(new PoisonMessageException("never"));
        await Deliver();
        await Deliver();
        Assert.Equal(["1", "1"], _dead.Sent.Select(letter => letter.Id));
        Assert.Equal(3, _dead.Sent.Select(letter => letter.Envelope.DeduplicationId).Append("1").Distinct().Count());
    }

    [Fact]
    public async Task Letter_of_a_letter_tells_the_last_failure()
    {
        await using var app = await Start();
        Fail(new PoisonMessageException("second"));
        var redriven = FakeReceiver.Message("1");
        redriven.Headers.Set(HeaderNames.DeadLetterReason, "exhausted");
        redriven.Headers.Set(HeaderNames.DeadLetterMessage, "first");
        await Deliver(redriven);
        var letter = Assert.Single(_dead.Sent);
        Assert.Equal(("poison", "second"), (letter.Headers[HeaderNames.DeadLetterReason], letter.Headers[HeaderNames.DeadLetterMessage]));
        Assert.Equal("exhausted", redriven.Headers[HeaderNames.DeadLetterReason]);
    }

    [Fact]
    public async Task Types_of_exceptions_go_at_once_to_places_of_their_own_with_those_derived_from_them()
    {
        var (invalid, arguments) = (new FakeSender(), new FakeSender());
        await using var app = await Start(options => options
            .On<ArgumentNullException>(_ => new FakeDestination("nulls", invalid))
            .On<ArgumentException>(_ => new FakeDestination("arguments", arguments))
            .On<FormatException>());
        foreach (var failure in new Exception[] { new ArgumentNullException(), new ArgumentOutOfRangeException(), new FormatException(), new InvalidOperationException() })
        {
            Fail(failure);
            Assert.Equal(failure is InvalidOperationException ? "nack" : "ack", await Deliver());
        }

        Assert.Equal("System.ArgumentNullException", Assert.Single(invalid.Sent).Headers[HeaderNames.DeadLetterException]);
        Assert.Equal("System.ArgumentOutOfRangeException", Assert.Single(arguments.Sent).Headers[HeaderNames.DeadLetterException]);
        var letter = Assert.Single(_dead.Sent);
        Assert.Equal(("System.FormatException", "exception"), (letter.Headers[HeaderNames.DeadLetterException], letter.Headers[HeaderNames.DeadLetterReason]));
    }

    [Fact]
    public async Task Letter_is_sent_before_the_message_is_acknowledged()
    {
        var gate = new TaskCompletionSource();
        _dead.OnSend = (_, _) => new(gate.Task);
        await using var app = await Start();
        Fail(new PoisonMessageException("never"));
        _receiver.Deliver("1");
        await Wait.Until(() => _dead.Calls == 1);
        Assert.Empty(_receiver.SettleCalls);
        gate.SetResult();
        await Wait.Until(() => _receiver.Acked.Any());
    }

    [Fact]
    public async Task Message_that_cannot_be_dead_lettered_goes_back()
    {
        _dead.OnSend = (_, _) => throw new TransportException(FailureKind.Denied, "no permission");
        await using var app = await Start();
        Fail(new PoisonMessageException("never"));
        Assert.Equal("nack", await Deliver());
        Assert.InRange(_receiver.Settlements[^1].RedeliverAfter, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
        Assert.True(app.Log.Has(LogLevel.Error, "Message 1 of orders could not be dead-lettered to fake:dead; it goes back to its source."));

        _dead.OnSend = null;
        Assert.Equal("ack", await Deliver(deliveryCount: 2));
        Assert.Single(_dead.Sent);
    }

    [Fact]
    public async Task Letter_too_large_with_its_headers_goes_without_them()
    {
        _dead.SizeOf = envelope => envelope.Body.Length + (envelope.HasHeaders ? envelope.Headers.Sum(pair => pair.Value.Length) : 0);
        _dead.Limits = new(10, 100, 100);
        await using var app = await Start();
        Fail(new PoisonMessageException("never"));
        var message = FakeReceiver.Message("1", body: System.Text.Encoding.UTF8.GetBytes($"\"{new string('x', 80)}\""));
        message.Headers.Set("own", "kept");
        Assert.Equal("ack", await Deliver(message));
        Assert.Equal(new Dictionary<string, string> { ["own"] = "kept" }, Assert.Single(_dead.Sent).Headers);
        Assert.True(app.Log.Has(LogLevel.Warning, "is too large for fake:dead with the dead-letter headers"));
    }

    [Fact]
    public async Task Message_too_large_even_so_goes_back()
    {
        _dead.Limits = new(10, 10, 10);
        await using var app = await Start();
        Fail(new PoisonMessageException("never"));
        Assert.Equal("nack", await Deliver(FakeReceiver.Message("1", body: new byte[50])));
        Assert.Empty(_dead.Sent);
    }

    [Fact]
    public async Task Message_that_comes_after_all_its_deliveries_is_not_handled_any_more()
    {
        // Deliveries that left no trace: the process died in each.
        await using var app = await Start();
        Assert.Equal("ack", await Deliver(deliveryCount: 4));
        Assert.Equal(0, _handled);
        var letter = Assert.Single(_dead.Sent);
        Assert.Equal(("exhausted", "4"), (letter.Headers[HeaderNames.DeadLetterReason], letter.Headers[HeaderNames.DeadLetterCount]));
    }

    [Fact]
    public async Task Copy_of_a_message_that_was_handled_and_only_lost_its_acks_is_not_dead_lettered()
    {
        await using var app = await Start(consumer: consumer => consumer.UseIdempotency());
        Assert.Equal("ack", await Deliver());
        Assert.Equal("ack", await Deliver(deliveryCount: 9));
        Assert.Empty(_dead.Sent);
        Assert.Equal(1, _handled);
    }

    [Fact]
    public async Task Copy_that_is_in_progress_elsewhere_is_never_dead_lettered()
    {
        await using var app = await Start(consumer: consumer => consumer.UseIdempotency());
        await app.Services.GetRequiredService<IIdempotencyStore>().ClaimAsync("orders/1", TimeSpan.FromMinutes(1), default);
        Assert.Equal("nack", await Deliver(deliveryCount: 3));
        Assert.Equal("nack", await Deliver(deliveryCount: 30));
        Assert.Empty(_dead.Sent);
        Assert.Equal(0, _handled);
    }

    [Fact]
    public async Task Rule_for_every_exception_does_not_dead_letter_what_is_in_progress()
    {
        await using var app = await Start(options => options.On<Exception>());
        Fail(new MessageInProgressException(TimeSpan.FromSeconds(1)));
        Assert.Equal("nack", await Deliver());
        Assert.Empty(_dead.Sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delivery_that_is_cancelled_is_not_the_message_s_fault(bool throwsItsOwn)
    {
        await using var app = await Start(options => options.On<Exception>());
        var started = new TaskCompletionSource();
        _handle = async context =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }
            catch (OperationCanceledException) when (throwsItsOwn)
            {
                throw new InvalidOperationException("Operation cancelled by user.");
            }
        };
        _receiver.Deliver(FakeReceiver.Message("1", deliveryCount: 3));
        await Wait.For(started.Task);
        await Wait.For(app.Runtime.StopAsync(new CancellationToken(canceled: true)));
        Assert.Empty(_dead.Sent);
        Assert.Equal(["1"], _receiver.Returned);
    }

    [Fact]
    public async Task Time_out_of_the_handler_s_own_is()
    {
        await using var app = await Start();
        Fail(new TaskCanceledException("HttpClient's"));
        Assert.Equal("ack", await Deliver(deliveryCount: 3));
        Assert.Single(_dead.Sent);
    }

    [Fact]
    public async Task Compressed_body_is_dead_lettered_as_it_was_received()
    {
        await using var app = await Start(consumer: consumer => consumer.UseCompression());
        Fail(new PoisonMessageException("never"));
        using var compressed = BodyCodec.Compress("\"a text\""u8.ToArray(), CompressionAlgorithm.Zstd, System.IO.Compression.CompressionLevel.Fastest);
        var message = FakeReceiver.Message("1", body: compressed.Written.ToArray());
        message.Headers.Set(HeaderNames.ContentEncoding, "zstd");
        Assert.Equal("ack", await Deliver(message));

        var letter = Assert.Single(_dead.Sent);
        Assert.Equal(compressed.Written.ToArray(), letter.Body);
        Assert.Equal("zstd", letter.Headers[HeaderNames.ContentEncoding]);
        Assert.Equal(1, _handled);
    }

    [Fact]
    public async Task Operators_say_how_many_deliveries_there_are()
    {
        await using var app = await Start(settings: new() { ["Messaging:Consumers:orders:MaxDeliveries"] = "1" });
        Fail(new InvalidOperationException("broken"));
        Assert.Equal("ack", await Deliver(deliveryCount: 1));
        Assert.Single(_dead.Sent);
    }

    [Fact]
    public async Task Observers_are_told_and_cannot_make_it_happen_twice()
    {
        var observer = new Observer();
        await using var app = await Start(services: services => services.AddSingleton<IMessageObserver>(observer));
        Fail(new PoisonMessageException("never"));
        Assert.Equal("ack", await Deliver());
        Assert.Equal("fake:dead: never", Assert.Single(observer.Told));
    }

    [Fact]
    public async Task Head_of_a_key_that_is_dead_lettered_lets_the_next_go()
    {
        _receiver.Features = TransportFeatures.Ordering;
        await using var app = await Start();
        _handle = context => context.MessageId == "1" ? throw new PoisonMessageException("never") : default;
        _receiver.Deliver(FakeReceiver.Message("1", "key"), FakeReceiver.Message("2", "key"));
        await Wait.Until(() => _receiver.Settlements.Count == 2);
        Assert.Equal(["1", "2"], _receiver.Acked);
        Assert.Equal("key", Assert.Single(_dead.Sent).Key);
    }

    private void Fail(Exception failure) => _handle = _ => throw failure;

    private Task<string> Deliver(int deliveryCount = 1) => Deliver(FakeReceiver.Message("1", deliveryCount: deliveryCount));

    private async Task<string> Deliver(ReceivedEnvelope envelope)
    {
        var before = _receiver.Settlements.Count;
        _receiver.Deliver(envelope);
        await Wait.Until(() => _receiver.Settlements.Count > before);
        return _receiver.Settlements[before].IsAck ? "ack" : "nack";
    }

    private Task<App> Start(
        Action<DeadLetterOptions>? configure = null,
        Action<ConsumeBuilder>? consumer = null,
        Action<IServiceCollection>? services = null,
        Dictionary<string, string?>? settings = null) => App.Start(
        kit =>
        {
            var builder = kit.Consume(_ => new FakeSource("orders", _receiver)).UseDeadLetter(_ => new FakeDestination("dead", _dead), maxDeliveries: 3, configure);
            consumer?.Invoke(builder);
            builder.Handle<string>("test", (_, context, _) =>
            {
                _handled++;
                return _handle(context);
            });
        },
        services,
        settings);

    private sealed class Observer : IMessageObserver
    {
        public List<string> Told { get; } = [];

        public void DeadLettered(ConsumeContext context, TransportEndpoint destination, Exception failure)
        {
            Told.Add($"{destination}: {failure.Message}");
            throw new InvalidOperationException("an observer's bug");
        }
    }
}
