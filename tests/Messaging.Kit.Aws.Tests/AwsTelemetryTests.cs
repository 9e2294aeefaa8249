using Amazon.Runtime;
using Amazon.Runtime.Telemetry;
using Amazon.Runtime.Telemetry.Tracing;
using Messaging.Kit.EventBridge;
using Messaging.Kit.Sns;

namespace Messaging.Kit.Aws.Tests;

/// <summary>What the SDK's telemetry says of calls of the thin clients; its names are what dashboards for the official clients look for.</summary>
public sealed class AwsTelemetryTests : IDisposable
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:orders";

    private readonly StubAws _stub = new();
    private readonly SpanRecorder _spans = new();
    private readonly TelemetryProvider _telemetry = new DefaultTelemetryProvider();

    public AwsTelemetryTests() => _telemetry.RegisterTracerProvider(_spans);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _stub.Dispose();

    [Fact]
    public async Task A_call_to_SNS_is_a_span_with_its_service_and_operation()
    {
        _stub.Answer = _ => StubAws.Make(200, "<PublishBatchResponse><PublishBatchResult><Successful/></PublishBatchResult></PublishBatchResponse>", requestId: "request-7");
        using var client = _stub.Connect<SnsServiceClient>(config => config.TelemetryProvider = _telemetry);

        await client.PublishBatchAsync(Topic, [new("0", "body"u8.ToArray())], Token);

        var call = Assert.Single(_spans.Ended, span => span.Name == "SNS.PublishBatch");
        Assert.Equal(("SNS", "PublishBatch", "request-7"), (call["rpc.service"], call["rpc.method"], call["aws.request_id"]));
    }

    [Fact]
    public async Task A_call_to_EventBridge_that_fails_is_a_span_with_its_error()
    {
        _stub.Answer = _ => StubAws.Make(400, """{"__type":"ThrottlingException","message":"slow down"}""", "application/x-amz-json-1.1");
        using var client = _stub.Connect<EventBridgeServiceClient>(config => config.TelemetryProvider = _telemetry);

        await Assert.ThrowsAsync<AmazonServiceException>(() => client.DeleteEventBusAsync("orders", Token));

        var call = Assert.Single(_spans.Ended, span => span.Name == "EventBridge.DeleteEventBus");
        Assert.Equal(("EventBridge", "DeleteEventBus"), (call["rpc.service"], call["rpc.method"]));
        Assert.Equal("slow down", Assert.IsType<AmazonServiceException>(call.Error).Message);
    }

    private sealed class SpanRecorder : TracerProvider
    {
        public List<Span> Ended { get; } = [];

        public override Tracer GetTracer(string scope) => new SpanTracer(this);
    }

    private sealed class SpanTracer(SpanRecorder recorder) : Tracer
    {
        public override TraceSpan CreateSpan(string name, Attributes? initialAttributes = null, SpanKind spanKind = SpanKind.INTERNAL, SpanContext? parentContext = null) =>
            new Span(name, recorder, initialAttributes);

        protected override void Dispose(bool disposing) => base.Dispose(disposing);
    }

    private sealed class Span : TraceSpan
    {
        private readonly Dictionary<string, object> _attributes = [];
        private readonly SpanRecorder _recorder;

        public Span(string name, SpanRecorder recorder, Attributes? attributes)
        {
            (Name, _recorder) = (name, recorder);
            foreach (var (key, value) in attributes?.AllAttributes ?? [])
            {
                _attributes[key] = value;
            }
        }

        public Exception? Error { get; private set; }

        public object? this[string attribute] => _attributes.GetValueOrDefault(attribute);

        public override void EmitEvent(string name, Attributes? attributes = null)
        {
        }

        public override void SetAttribute(string key, object value) => _attributes[key] = value;

        public override void SetStatus(SpanStatus status)
        {
        }

        public override void RecordException(Exception exception, Attributes? attributes = null) => Error = exception;

        public override void End() => _recorder.Ended.Add(this);

        protected override void Dispose(bool disposing)
        {
            End();
            base.Dispose(disposing);
        }
    }
}
