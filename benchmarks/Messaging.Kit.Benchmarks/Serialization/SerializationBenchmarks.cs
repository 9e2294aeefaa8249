using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Messaging.Kit.Messages;
using Messaging.Kit.Serialization;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Benchmarks.Serialization;

/// <summary>A message to bytes and back, by the kit and by System.Text.Json alone; and the CloudEvent around it, as SQS and SNS carry it.</summary>
[MemoryDiagnoser]
public class SerializationBenchmarks
{
    private static readonly byte[] Body = JsonSerializer.SerializeToUtf8Bytes(Order.Sample, JsonSerializerOptions.Web);
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly JsonMessageSerializer _serializer = new();
    private readonly Envelope _envelope = new("order-42", "order", Body) { Source = "/shop", Time = Order.Sample.PlacedAt };
    private ReadOnlyMemory<byte> _event;

    [GlobalSetup]
    public void Setup()
    {
        var buffer = new ArrayBufferWriter<byte>();
        CloudEventsJson.Write(_envelope, buffer);
        _event = buffer.WrittenMemory;
    }

    [Benchmark(Baseline = true)]
    public int Write_by_json_alone()
    {
        _buffer.ResetWrittenCount();
        using var json = new Utf8JsonWriter(_buffer);
        JsonSerializer.Serialize(json, Order.Sample, JsonSerializerOptions.Web);
        return _buffer.WrittenCount;
    }

    [Benchmark]
    public int Write()
    {
        _buffer.ResetWrittenCount();
        _serializer.Serialize(_buffer, Order.Sample);
        return _buffer.WrittenCount;
    }

    [Benchmark]
    public Order? Read_by_json_alone() => JsonSerializer.Deserialize<Order>(Body, JsonSerializerOptions.Web);

    [Benchmark]
    public Order Read() => _serializer.Deserialize<Order>(Body);

    [Benchmark]
    public int Write_cloud_event()
    {
        _buffer.ResetWrittenCount();
        CloudEventsJson.Write(_envelope, _buffer);
        return _buffer.WrittenCount;
    }

    [Benchmark]
    public int Measure_cloud_event() => CloudEventsJson.Measure(_envelope);

    [Benchmark]
    public Envelope? Read_cloud_event() => CloudEventsJson.TryRead(_event, out var envelope) ? envelope : null;
}
