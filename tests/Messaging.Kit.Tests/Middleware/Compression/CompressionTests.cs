using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Compression;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Routing;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Middleware.Compression;

public sealed class CompressionTests
{
    private readonly FakeSender _sender = new();
    private readonly FakeReceiver _receiver = new();

    [Theory]
    [InlineData(CompressionAlgorithm.Brotli, "br")]
    [InlineData(CompressionAlgorithm.Gzip, "gzip")]
    [InlineData(CompressionAlgorithm.Zstd, "zstd")]
    public async Task Message_travels_compressed_and_is_handled_as_it_was(CompressionAlgorithm algorithm, string encoding)
    {
        string? handled = null;
        var text = new string('x', 5000);
        await using var app = await App.Start(kit =>
        {
            kit.Publish<string>("test", _ => new FakeDestination("orders", _sender)).UseCompression(options => options.Algorithm = algorithm);
            kit.Consume(_ => new FakeSource("orders", _receiver)).UseCompression().Handle<string>("test", (message, context, _) =>
            {
                handled = message;
                Assert.Null(context.Headers[HeaderNames.ContentEncoding]);
                return default;
            });
        });
        await Wait.For(app.Bus.PublishAsync(text));
        var sent = Assert.Single(_sender.Sent);
        Assert.Equal(encoding, sent.Headers[HeaderNames.ContentEncoding]);
        Assert.InRange(sent.Body.Length, 1, 500);

        var received = FakeReceiver.Message("1", body: sent.Body);
        received.Headers.Set(HeaderNames.ContentEncoding, encoding);
        _receiver.Deliver(received);
        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal(text, handled);
    }

    [Theory]
    [InlineData(TransportFeatures.Compression)]
    [InlineData(TransportFeatures.RoutingByBody)]
    public async Task Transport_for_which_it_does_harm_gets_bodies_as_they_are_unless_told_otherwise(TransportFeatures features)
    {
        _sender.Features = features;
        await using (var app = Publish())
        {
            await Wait.For(app.Bus.PublishAsync(new string('x', 5000)));
        }

        await using var always = Publish(options => options.Always = true);
        await Wait.For(always.Bus.PublishAsync(new string('x', 5000)));
        Assert.Equal([false, true], _sender.Sent.Select(sent => sent.Headers.ContainsKey(HeaderNames.ContentEncoding)));
    }

    [Fact]
    public async Task Filters_see_what_would_be_compressed()
    {
        var handled = new TaskCompletionSource<string[]>();
        await using var app = await App.Start(kit =>
        {
            kit.Publish<string[]>("test", to => to.InMemoryTopic("topic")).UseCompression();
            kit.Consume(from => from.InMemory("queue", options => options.SubscribeTo("topic", EventPattern.Parse("""{"detail":{"data":["wanted"]}}"""))))
                .Handle<string[]>("test", (message, _, _) =>
                {
                    handled.SetResult(message);
                    return default;
                });
        });
        string[] sent = ["wanted", new string('x', 5000)];
        await Wait.For(app.Bus.PublishAsync(sent));
        Assert.Equal(sent, await Wait.For(handled.Task));
    }

    [Fact]
    public async Task Body_below_the_threshold_is_left_alone()
    {
        await using var app = Publish(options => options.Threshold = 100);
        await Wait.For(app.Bus.PublishAsync(new string('x', 97)));
        await Wait.For(app.Bus.PublishAsync(new string('x', 98)));
        Assert.Equal([false, true], _sender.Sent.Select(sent => sent.Headers.ContainsKey(HeaderNames.ContentEncoding)));
    }

    [Fact]
    public async Task Body_that_does_not_become_smaller_is_left_alone()
    {
        // Of 64 letters at random a quarter can be saved, and base64 adds a third of the rest again.
        const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
        var random = new Random(1);
        var text = new string([.. Enumerable.Range(0, 2000).Select(_ => Letters[random.Next(64)])]);
        await using (var app = Publish())
        {
            await Wait.For(app.Bus.PublishAsync(text));
            Assert.Empty(_sender.Sent[0].Headers);
            Assert.Equal($"\"{text}\"", _sender.Sent[0].Text);
        }

        _sender.Features = TransportFeatures.BinaryBody;
        await using var binary = Publish();
        await Wait.For(binary.Bus.PublishAsync(text));
        Assert.Equal("br", _sender.Sent[1].Headers[HeaderNames.ContentEncoding]);
    }

    [Fact]
    public async Task Body_that_is_compressed_already_is_left_alone()
    {
        await using var app = Publish();
        await Wait.For(app.Bus.PublishAsync(new string('x', 5000), new() { Headers = [new(HeaderNames.ContentEncoding, "custom")] }));
        Assert.Equal("custom", _sender.Sent[0].Headers[HeaderNames.ContentEncoding]);
        Assert.Equal(5002, _sender.Sent[0].Body.Length);
    }

    [Fact]
    public async Task Empty_body_is_left_alone_whatever_the_threshold()
    {
        await using var app = new App(kit => kit.UseSerializer(new NothingSerializer()).Publish<string>("test", _ => new FakeDestination("orders", _sender)).UseCompression(options => options.Threshold = 0));
        await Wait.For(app.Bus.PublishAsync("anything"));
        Assert.Empty(_sender.Sent[0].Body);
        Assert.Empty(_sender.Sent[0].Headers);
    }

    [Fact]
    public async Task Every_attempt_of_a_retry_around_it_sends_the_same()
    {
        var calls = 0;
        _sender.OnSend = (_, _) => ++calls < 3 ? throw new TransportException(FailureKind.Transient, "again") : default;
        await using var app = new App(kit =>
        {
            kit.Configure(options => options.Sending.MaxAttempts = 1);
            kit.Publish<string>("test", _ => new FakeDestination("orders", _sender)).UseRetry(options => options.Delay = TimeSpan.Zero).UseCompression();
        });
        await app.Clock.PassUntil(app.Bus.PublishAsync(new string('x', 5000)).AsTask());
        using var expanded = BodyCodec.Expand(_sender.Sent[0].Body, "br", 10_000);
        Assert.Equal(5002, expanded.Length);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("lzma")]
    public async Task Body_that_cannot_be_expanded_is_poison(string encoding)
    {
        var failure = await Receive(encoding, "not compressed at all"u8.ToArray());
        Assert.IsType<PoisonMessageException>(failure);
    }

    [Fact]
    public async Task Body_beyond_the_cap_is_poison()
    {
        using var compressed = BodyCodec.Compress(new byte[1001], CompressionAlgorithm.Gzip, System.IO.Compression.CompressionLevel.Fastest);
        var failure = await Receive("gzip", compressed.Written.ToArray(), options => options.MaxExpandedBytes = 1000);
        Assert.Contains("expands to more than 1,000 bytes", Assert.IsType<PoisonMessageException>(failure).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consumer_that_does_not_expand_says_what_is_missing()
    {
        var failure = await Receive("br", [1, 2, 3], expands: false);
        Assert.Equal("The body is compressed with br, and orders does not expand it. Add UseCompression().", Assert.IsType<PoisonMessageException>(failure).Message);
    }

    [Fact]
    public async Task Body_that_is_not_compressed_passes_as_it_is()
    {
        string? handled = null;
        await using var app = await App.Start(kit => kit.Consume(_ => new FakeSource("orders", _receiver)).UseCompression().Handle<string>("test", (message, _, _) =>
        {
            handled = message;
            return default;
        }));
        _receiver.Deliver("plain");
        await Wait.Until(() => _receiver.Acked.Any());
        Assert.Equal("plain", handled);
    }

    [Fact]
    public async Task Outside_of_the_step_the_message_is_as_it_was_received_also_after_a_failure()
    {
        using var compressed = BodyCodec.Compress("\"text\""u8.ToArray(), CompressionAlgorithm.Brotli, System.IO.Compression.CompressionLevel.Fastest);
        var bytes = compressed.Written.ToArray();
        var seen = new List<(string, string?)>();
        await using var app = await App.Start(kit => kit.Consume(_ => new FakeSource("orders", _receiver))
            .Use(Note)
            .UseCompression()
            .Use(Note)
            .Handle<string>("test", (_, _, _) => throw new InvalidOperationException("fails")));
        var message = FakeReceiver.Message("1", body: bytes);
        message.Headers.Set(HeaderNames.ContentEncoding, "br");
        _receiver.Deliver(message);
        await Wait.Until(() => _receiver.Returned.Any());

        var (raw, text) = (Convert.ToHexString(bytes), Convert.ToHexString("\"text\""u8));
        Assert.Equal([(raw, "br"), (text, null), (text, null), (raw, "br")], seen);

        async ValueTask Note(ConsumeContext context, MessageDelegate<ConsumeContext> next)
        {
            Add();
            try
            {
                await next(context);
            }
            finally
            {
                Add();
            }

            void Add() => seen.Add((Convert.ToHexString(context.Envelope.Body.Span), context.Headers[HeaderNames.ContentEncoding]));
        }
    }

    private App Publish(Action<CompressionOptions>? configure = null) =>
        new(kit => kit.Publish<string>("test", _ => new FakeDestination("orders", _sender)).UseCompression(configure));

    private async Task<Exception?> Receive(string encoding, byte[] body, Action<CompressionOptions>? configure = null, bool expands = true)
    {
        Exception? failure = null;
        await using var app = await App.Start(kit =>
        {
            var consumer = kit.Consume(_ => new FakeSource("orders", _receiver)).Use(async (context, next) =>
            {
                try
                {
                    await next(context);
                }
                catch (Exception exception)
                {
                    failure = exception;
                    throw;
                }
            });
            if (expands)
            {
                consumer.UseCompression(configure);
            }

            consumer.Handle<string>("test", (_, _, _) => default);
        });
        var message = FakeReceiver.Message("1", body: body);
        message.Headers.Set(HeaderNames.ContentEncoding, encoding);
        _receiver.Deliver(message);
        await Wait.Until(() => _receiver.Returned.Any());
        return failure;
    }

    private sealed class NothingSerializer : Kit.Serialization.IMessageSerializer
    {
        public string ContentType => "application/octet-stream";

        public void Serialize<TMessage>(System.Buffers.IBufferWriter<byte> writer, TMessage message)
        {
        }

        public TMessage Deserialize<TMessage>(ReadOnlySpan<byte> body) => throw new NotSupportedException();
    }
}
