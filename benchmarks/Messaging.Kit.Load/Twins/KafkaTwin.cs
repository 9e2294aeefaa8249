using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Messaging.Kit.Load.Work;

namespace Messaging.Kit.Load.Twins;

/// <summary>
/// The raw client doing the same work: the same JSON and the same headers, each message confirmed, offsets stored after the message has been
/// read. With the client's defaults, or tuned: the same guarantees as the kit's (idempotence), larger batches, and no copies of what nobody reads.
/// </summary>
internal sealed class KafkaTwin(string servers, bool isTuned) : Contender(isTuned ? "raw, tuned" : "raw, defaults")
{
    private const int StoreEvery = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan QueueIsFull = TimeSpan.FromMilliseconds(1);
    private static readonly byte[] Version = "1.0"u8.ToArray(), Source = "/load"u8.ToArray(), Type = "payload"u8.ToArray(), Json = "application/json"u8.ToArray();

    // The client's calls block, so each phase has a thread of its own.
    public override Task PublishAsync(string channel, Supply supply, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Publish(channel, supply, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public override Task ConsumeAsync(string channel, Ledger ledger, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Consume(channel, ledger, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Publish(string topic, Supply supply, CancellationToken cancellationToken)
    {
        var config = new ProducerConfig { BootstrapServers = servers };
        if (isTuned)
        {
            (config.EnableIdempotence, config.LingerMs, config.QueueBufferingMaxMessages, config.DeliveryReportFields) = (true, 20, 1_000_000, "none");
        }

        using var producer = new ProducerBuilder<byte[], byte[]>(config).Build();
        Produce(supply.TakeOpening());
        producer.Flush(cancellationToken);
        supply.Begin();
        while (supply.TryTake(StoreEvery, out var lot))
        {
            Produce(lot);
        }

        producer.Flush(cancellationToken);
        supply.End();

        void Produce(Lot lot)
        {
            for (var number = lot.First; number < lot.End; number++)
            {
                var message = Write(supply.Payloads.Make(number));
                while (!TryProduce(producer, topic, message, supply))
                {
                    cancellationToken.WaitHandle.WaitOne(QueueIsFull);
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
    }

    private static bool TryProduce(IProducer<byte[], byte[]> producer, string topic, Message<byte[], byte[]> message, Supply supply)
    {
        try
        {
            producer.Produce(topic, message, report =>
            {
                if (report.Error.IsError)
                {
                    supply.Fail(new KafkaException(report.Error));
                }
                else
                {
                    supply.Confirm();
                }
            });
            return true;
        }
        catch (ProduceException<byte[], byte[]> exception) when (exception.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }

    private static Message<byte[], byte[]> Write(Payload payload)
    {
        var now = DateTime.UtcNow;
        return new()
        {
            Key = payload.Key is null ? null! : Encoding.UTF8.GetBytes(payload.Key),
            Value = JsonSerializer.SerializeToUtf8Bytes(payload, PayloadContext.Default.Payload),
            Headers = new Headers
            {
                { "ce_specversion", Version },
                { "ce_id", Encoding.UTF8.GetBytes(Guid.CreateVersion7().ToString()) },
                { "ce_source", Source },
                { "ce_type", Type },
                { "ce_time", Encoding.UTF8.GetBytes(now.ToString("O", CultureInfo.InvariantCulture)) },
                { "content-type", Json },
            },
            Timestamp = new Timestamp(now),
        };
    }

    private void Consume(string topic, Ledger ledger, CancellationToken cancellationToken)
    {
        var config = new ConsumerConfig { BootstrapServers = servers, GroupId = $"raw-{topic}", AutoOffsetReset = AutoOffsetReset.Earliest, EnableAutoOffsetStore = false };
        if (isTuned)
        {
            (config.FetchQueueBackoffMs, config.ConsumeResultFields) = (10, "headers,timestamp");
        }

        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
        consumer.Subscribe(topic);
        var latest = new Dictionary<Partition, Offset>();
        for (var count = 1L; !ledger.Done.IsCompleted && !cancellationToken.IsCancellationRequested; count++)
        {
            if (consumer.Consume(Patience) is not { } result)
            {
                continue;
            }

            ledger.Arrive(JsonSerializer.Deserialize(result.Message.Value, PayloadContext.Default.Payload)!);
            if (!isTuned)
            {
                consumer.StoreOffset(result);
                continue;
            }

            latest[result.Partition] = result.Offset + 1;
            if (count % StoreEvery == 0)
            {
                foreach (var (partition, offset) in latest)
                {
                    consumer.StoreOffset(new TopicPartitionOffset(topic, partition, offset));
                }
            }
        }

        consumer.Close();
    }
}
