using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Tests.InMemory;

namespace Messaging.Kit.Tests.Middleware.Telemetry;

/// <summary>Listens to the whole process, so nothing else may run meanwhile.</summary>
[Collection<AloneCollection>]
public sealed class TelemetryTests
{
    private readonly FakeSender _sender = new();
    private readonly FakeReceiver _receiver = new();
    private Exception? _failure;

    [Fact]
    public async Task Publish_has_a_producer_span_whose_context_travels_with_the_message()
    {
        using var spans = new Spans();
        await using var app = await Start();
        using var request = new Activity("request").Start();
        request.TraceStateString = "vendor=1";
        await Wait.For(app.Bus.PublishAsync("text", new() { Id = "id-1" }));

        var span = Assert.Single(spans.Ended);
        Assert.Equal(("publish out", ActivityKind.Producer, request.SpanId), (span.DisplayName, span.Kind, span.ParentSpanId));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["messaging.system"] = "fake",
                ["messaging.operation.name"] = "publish",
                ["messaging.operation.type"] = "send",
                ["messaging.destination.name"] = "out",
                ["messaging.message.id"] = "id-1",
                ["messaging.message.body.size"] = 6,
            },
            span.TagObjects.ToDictionary());
        Assert.Equal(span.Id, _sender.Sent[0].Headers[HeaderNames.TraceParent]);
        Assert.Equal("vendor=1", _sender.Sent[0].Headers[HeaderNames.TraceState]);
        Assert.Same(request, Activity.Current);
    }

    [Fact]
    public async Task Delivery_has_a_consumer_span_that_continues_the_publisher_s_trace_and_links_to_it()
    {
        using var spans = new Spans();
        await using var app = await Start();
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, "vendor=2", isRemote: true);
        var message = FakeReceiver.Message("id-1");
        message.Headers.Set(HeaderNames.TraceParent, $"00-{parent.TraceId}-{parent.SpanId}-01");
        message.Headers.Set(HeaderNames.TraceState, "vendor=2");
        _receiver.Deliver(message);
        await Wait.Until(() => spans.Ended.Any());

        var span = Assert.Single(spans.Ended);
        Assert.Equal(("process in", ActivityKind.Consumer), (span.DisplayName, span.Kind));
        Assert.Equal((parent.TraceId, parent.SpanId, true), (span.TraceId, span.ParentSpanId, span.HasRemoteParent));
        Assert.Equal("vendor=2", span.TraceStateString);
        Assert.Equal(parent.SpanId, Assert.Single(span.Links).Context.SpanId);
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["messaging.system"] = "fake",
                ["messaging.operation.name"] = "process",
                ["messaging.operation.type"] = "process",
                ["messaging.destination.name"] = "in",
                ["messaging.consumer.group.name"] = "in",
                ["messaging.message.id"] = "id-1",
                ["messaging.message.body.size"] = 6,
            },
            span.TagObjects.ToDictionary());
    }

    [Fact]
    public async Task Trace_goes_on_from_publisher_through_handler_to_what_the_handler_publishes()
    {
        using var spans = new Spans();
        App app = null!;
        await using var _ = app = await App.Start(kit =>
        {
            kit.Publish<string>("test", _ => new FakeDestination("out", _sender));
            kit.Consume(_ => new FakeSource("in", _receiver)).Handle<string>("test", (_, _, _) => app.Bus.PublishAsync("reaction"));
        });
        await Wait.For(app.Bus.PublishAsync("cause"));
        var message = FakeReceiver.Message("1");
        message.Headers.Set(HeaderNames.TraceParent, _sender.Sent[0].Headers[HeaderNames.TraceParent]);
        _receiver.Deliver(message);
        await Wait.Until(() => spans.Ended.Count == 3);

        var cause = spans.Ended.First();
        var process = spans.Ended.Single(span => span.Kind == ActivityKind.Consumer);
        var reaction = spans.Ended.Last(span => span.Kind == ActivityKind.Producer);
        Assert.All(spans.Ended, span => Assert.Equal(cause.TraceId, span.TraceId));
        Assert.Equal((cause.SpanId, process.SpanId), (process.ParentSpanId, reaction.ParentSpanId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a traceparent")]
    public async Task Message_without_a_trace_begins_one(string traceParent)
    {
        using var spans = new Spans();
        await using var app = await Start();
        var message = FakeReceiver.Message("1");
        message.Headers.Set(HeaderNames.TraceParent, traceParent);
        _receiver.Deliver(message);
        await Wait.Until(() => spans.Ended.Any());
        Assert.Equal((default, false), (spans.Ended.Single().ParentSpanId, spans.Ended.Single().Links.Any()));
    }

    [Fact]
    public async Task Failure_is_the_status_of_the_span()
    {
        using var spans = new Spans();
        await using var app = await Start();
        _failure = new InvalidOperationException("broken");
        _receiver.Deliver("1");
        await Wait.Until(() => spans.Ended.Any());
        var process = spans.Ended.Single();
        Assert.Equal((ActivityStatusCode.Error, "broken", "System.InvalidOperationException"), (process.Status, process.StatusDescription, process.GetTagItem("error.type")));

        _sender.OnSend = (_, _) => throw new TransportException(FailureKind.Denied, "no permission") { Code = "AccessDenied" };
        await Wait.Fails<TransportException>(app.Bus.PublishAsync("text"));
        var publish = spans.Ended.Last();
        Assert.Equal((ActivityStatusCode.Error, "no permission", "AccessDenied"), (publish.Status, publish.StatusDescription, publish.GetTagItem("error.type")));
    }

    [Fact]
    public async Task Context_travels_also_while_nobody_listens()
    {
        await using var app = await Start();
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        await Wait.For(app.Bus.PublishAsync("text"));
        Assert.Equal(request.Id, _sender.Sent[0].Headers[HeaderNames.TraceParent]);
        Assert.False(_sender.Sent[0].Headers.ContainsKey(HeaderNames.TraceState));
    }

    [Fact]
    public async Task Publisher_s_own_trace_context_is_kept()
    {
        using var spans = new Spans();
        await using var app = await Start();
        var own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await Wait.For(app.Bus.PublishAsync("text", new() { Headers = [new(HeaderNames.TraceParent, own)] }));
        Assert.Equal(own, _sender.Sent[0].Headers[HeaderNames.TraceParent]);
    }

    [Fact]
    public async Task Without_an_activity_and_listeners_no_header_is_made()
    {
        await using var app = await Start();
        await Wait.For(app.Bus.PublishAsync("text"));
        Assert.Empty(_sender.Sent[0].Headers);
        Assert.False(_sender.Sent[0].Envelope.HasHeaders);
    }

    [Fact]
    public async Task Publishes_and_their_calls_are_measured()
    {
        using var figures = new Figures();
        await using var app = await Start();
        _sender.OnSend = (_, _) =>
        {
            app.Clock.Advance(TimeSpan.FromMilliseconds(250));
            return default;
        };
        await Wait.For(app.Bus.PublishAsync("text"));
        _sender.OnSend = (_, _) => throw new TransportException(FailureKind.NotFound, "no such queue");
        await Wait.Fails<TransportException>(app.Bus.PublishAsync("text"));

        Assert.Equal(
            ["0.25 messaging.destination.name=out, messaging.operation.name=send, messaging.operation.type=send, messaging.system=fake",
             "0 error.type=NotFound, messaging.destination.name=out, messaging.operation.name=send, messaging.operation.type=send, messaging.system=fake"],
            figures.Of("messaging.client.operation.duration", "send"));
        Assert.Equal(
            ["1 messaging.destination.name=out, messaging.operation.name=send, messaging.operation.type=send, messaging.system=fake",
             "1 error.type=NotFound, messaging.destination.name=out, messaging.operation.name=send, messaging.operation.type=send, messaging.system=fake"],
            figures.Of("messaging.client.sent.messages"));
    }

    [Fact]
    public async Task Entries_that_fail_alone_are_measured_as_such()
    {
        using var figures = new Figures();
        await using var app = await Start();
        var gate = new TaskCompletionSource();
        _sender.OnSend = async (batch, _) =>
        {
            await gate.Task;
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch[i].Id is "1")
                {
                    batch.Fail(i, new TransportException(FailureKind.Permanent, "refused"));
                }
            }
        };
        var publishing = app.Bus.PublishManyAsync(Enumerable.Range(0, 100), number => new() { Id = $"{number}" }).AsTask();
        gate.SetResult();
        await Wait.For(publishing);
        var sent = figures.All("messaging.client.sent.messages");
        Assert.Equal(99, sent.Where(figure => !figure.Tags.Contains("error.type", StringComparison.Ordinal)).Sum(figure => figure.Value));
        Assert.Equal(1, sent.Where(figure => figure.Tags.Contains("error.type", StringComparison.Ordinal)).Sum(figure => figure.Value));
    }

    [Fact]
    public async Task Handling_is_measured()
    {
        using var figures = new Figures();
        await using var app = await Start(() => 125);
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Acked.Any());
        _failure = new InvalidOperationException("broken");
        _receiver.Deliver("2");
        await Wait.Until(() => figures.Of("messaging.client.consumed.messages").Count == 2);

        const string Tags = "messaging.consumer.group.name=in, messaging.destination.name=in, messaging.operation.name=process, messaging.operation.type=process, messaging.system=fake";
        Assert.Equal([$"0.125 {Tags}", $"0.125 error.type=System.InvalidOperationException, {Tags}"], figures.Of("messaging.process.duration"));
        Assert.Equal([$"1 {Tags}", $"1 error.type=System.InvalidOperationException, {Tags}"], figures.Of("messaging.client.consumed.messages"));
    }

    [Fact]
    public async Task What_the_pump_does_is_measured()
    {
        using var figures = new Figures();
        await using var app = await Start();
        _receiver.Deliver("1");
        await Wait.Until(() => _receiver.Acked.Any());
        _failure = new InvalidOperationException("broken");
        _receiver.Deliver("2");
        await Wait.Until(() => _receiver.Returned.Any());
        _failure = null;
        _receiver.OnSettle = (_, _) => throw new TransportException(FailureKind.NotFound, "over");
        _receiver.Deliver("3");
        await Wait.Until(() => figures.Of("messagingkit.consumer.settlement_failures").Count == 1);
        await Wait.Until(() => app.Consumer.InFlight == 0);

        Assert.Equal(["1 messaging.consumer.group.name=in"], figures.Of("messagingkit.consumer.returned"));
        Assert.Equal(["1 messaging.consumer.group.name=in"], figures.Of("messagingkit.consumer.settlement_failures"));
        Assert.Equal(0, figures.All("messagingkit.consumer.in_flight").Sum(figure => figure.Value));
        Assert.Equal(3, figures.All("messagingkit.consumer.in_flight").Where(figure => figure.Value > 0).Sum(figure => figure.Value));
        Assert.Equal(3, figures.Of("messaging.client.operation.duration", "receive").Count);
    }

    [Fact]
    public async Task Receives_that_fail_are_counted()
    {
        using var figures = new Figures();
        _receiver.OnReceive = _ => throw new TransportException(FailureKind.Throttled, "slow down") { Code = "RequestThrottled" };
        await using var app = await Start();
        await app.Clock.Wait();
        Assert.Equal(["1 error.type=RequestThrottled, messaging.consumer.group.name=in"], figures.Of("messagingkit.consumer.faults"));
        Assert.Single(figures.Of("messaging.client.operation.duration", "receive"));
    }

    [Fact]
    public async Task Receive_that_fails_is_measured_by_how_long_it_took()
    {
        using var figures = new Figures();
        App app = null!;
        _receiver.OnReceive = _ =>
        {
            app.Clock.Advance(TimeSpan.FromSeconds(30));
            throw new TransportException(FailureKind.Transient, "no answer");
        };
        app = new App(kit => kit.Consume(_ => new FakeSource("in", _receiver)).HandleRaw((_, _) => default));
        await using var end = app;
        await app.Runtime.StartAsync(Wait.Stop);
        await Wait.Until(() => figures.Of("messaging.client.operation.duration", "receive").Count > 0);
        Assert.StartsWith("30 ", figures.Of("messaging.client.operation.duration", "receive")[0], StringComparison.Ordinal);
    }

    private Task<App> Start(Func<int>? milliseconds = null)
    {
        App app = null!;
        return Begin();

        async Task<App> Begin() => app = await App.Start(kit =>
        {
            kit.Publish<string>("test", _ => new FakeDestination("out", _sender));
            kit.Publish<int>("number", _ => new FakeDestination("out", _sender));
            kit.Consume(_ => new FakeSource("in", _receiver)).Handle<string>("test", (_, _, _) =>
            {
                if (milliseconds is not null)
                {
                    app.Clock.Advance(TimeSpan.FromMilliseconds(milliseconds()));
                }

                return _failure is null ? default : throw _failure;
            });
        });
    }

    private sealed class Spans : IDisposable
    {
        private readonly ActivityListener _listener;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == MessagingDiagnostics.Name,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = Ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public ConcurrentQueue<Activity> Ended { get; } = new();

        public void Dispose() => _listener.Dispose();
    }

    private sealed class Figures : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Name, double Value, string Tags)> _all = new();

        public Figures()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == MessagingDiagnostics.Name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public IReadOnlyList<(string Name, double Value, string Tags)> All(string name) => [.. _all.Where(figure => figure.Name == name)];

        public IReadOnlyList<string> Of(string name, string tag = "") =>
            [.. All(name).Where(figure => figure.Tags.Contains(tag, StringComparison.Ordinal)).Select(figure => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{figure.Value} {figure.Tags}"))];

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            _all.Enqueue((instrument.Name, value, string.Join(", ", tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal))));
    }
}
