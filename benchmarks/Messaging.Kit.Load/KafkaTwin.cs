using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace Messaging.Kit.Load;

/// <summary>The raw client doing the same work: the same bytes and headers, with its defaults or tuned.</summary>
internal static class KafkaTwin
{
    public static Task<Measurement> PublishAsync(string servers, string topic, int messages, IReadOnlyList<Payload> payloads, bool tuned)
    {
        var config = new ProducerConfig { BootstrapServers = servers };
        if (tuned)
        {
            (config.EnableIdempotence, config.LingerMs, config.QueueBufferingMaxMessages, config.DeliveryReportFields) = (true, 20, 1_000_000, "none");
        }

        using var producer = new ProducerBuilder<byte[], byte[]>(config).Build();
        var reports = 0;
        var failed = 0;
        return Task.FromResult(Measurement.OfAsync(messages, () =>
        {
            var (version, source, type, json) = ("1.0"u8.ToArray(), "/load"u8.ToArray(), "payload"u8.ToArray(), "application/json"u8.ToArray());
            Action<DeliveryReport<byte[], byte[]>> handler = report =>
            {
                if (report.Error.IsError)
                {
                    Interlocked.Increment(ref failed);
                }

                Interlocked.Increment(ref reports);
            };
            for (var i = 0; i < messages; i++)
            {
                var payload = payloads[i % payloads.Count];
                var now = DateTime.UtcNow;
                var message = new Message<byte[], byte[]>
                {
                    Key = Encoding.UTF8.GetBytes(payload.Key),
                    Value = JsonSerializer.SerializeToUtf8Bytes(payload, PayloadContext.Default.Payload),
                    Headers = new Headers
                    {
                        { "ce_specversion", version },
                        { "ce_id", Encoding.UTF8.GetBytes(Guid.CreateVersion7().ToString()) },
                        { "ce_source", source },
                        { "ce_type", type },
                        { "ce_time", Encoding.UTF8.GetBytes(now.ToString("O", CultureInfo.InvariantCulture)) },
                        { "content-type", json },
                    },
                    Timestamp = new Timestamp(now),
                };
                while (true)
                {
                    try
                    {
                        producer.Produce(topic, message, handler);
                        break;
                    }
                    catch (ProduceException<byte[], byte[]> exception) when (exception.Error.Code == ErrorCode.Local_QueueFull)
                    {
                        Thread.Sleep(1);
                    }
                }
            }

            producer.Flush(TimeSpan.FromMinutes(5));
            if (reports != messages || failed > 0)
            {
                throw new InvalidOperationException($"{reports} reports, {failed} failed.");
            }

            return Task.CompletedTask;
        }).GetAwaiter().GetResult());
    }

    public static Task<Measurement> ConsumeAsync(string servers, string topic, int messages, bool tuned)
    {
        var config = new ConsumerConfig { BootstrapServers = servers, GroupId = $"raw-{Guid.NewGuid():N}", AutoOffsetReset = AutoOffsetReset.Earliest, EnableAutoOffsetStore = false };
        if (tuned)
        {
            (config.FetchQueueBackoffMs, config.ConsumeResultFields) = (10, "headers,timestamp");
        }

        return Task.FromResult(Measurement.OfAsync(messages, () =>
        {
            using var consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
            consumer.Subscribe(topic);
            var sum = 0L;
            var latest = new Dictionary<int, long>();
            for (var i = 0; i < messages; i++)
            {
                var result = consumer.Consume();
                sum += result.Message.Value.Length + result.Message.Headers.Count;
                if (!tuned)
                {
                    consumer.StoreOffset(result);
                }
                else
                {
                    latest[result.Partition.Value] = result.Offset.Value + 1;
                    if (i % 1_000 == 999)
                    {
                        foreach (var (partition, offset) in latest)
                        {
                            consumer.StoreOffset(new TopicPartitionOffset(topic, partition, offset));
                        }
                    }
                }
            }

            consumer.Close();
            return Task.CompletedTask;
        }).GetAwaiter().GetResult());
    }
}
