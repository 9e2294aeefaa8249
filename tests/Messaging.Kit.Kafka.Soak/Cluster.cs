using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Messaging.Kit.Kafka.Soak;

/// <summary>The brokers, as an independent client and an operator see them. Nothing of the kit is used here.</summary>
internal sealed class Cluster(Settings settings) : IDisposable
{
    private const int Partitions = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly IAdminClient _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Settings.Servers }).SetLogHandler((_, _) => { }).Build();

    public async Task PrepareAsync()
    {
        string[] topics = settings.IsExactlyOnce ? [settings.Input, settings.Output] : [settings.Input];
        await _admin.CreateTopicsAsync(topics.Select(topic => new TopicSpecification { Name = topic, NumPartitions = Partitions, ReplicationFactor = 3 }));
        if (settings.Protocol == KafkaGroupProtocol.Consumer)
        {
            // With this protocol the brokers say how long a silent member is waited for.
            await CommandAsync(
                "tool", "kafka-configs", "--bootstrap-server", Settings.Servers, "--entity-type", "groups", "--entity-name", settings.Group,
                "--alter", "--add-config", $"consumer.session.timeout.ms={settings.SessionTimeout.TotalMilliseconds}");
        }
    }

    /// <summary>How many messages the group has not committed yet; <see langword="null"/> while the brokers do not tell.</summary>
    public long? Remaining()
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = Settings.Servers, GroupId = settings.Group }).SetLogHandler((_, _) => { }).Build();
        try
        {
            var all = Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(settings.Input, partition));
            return consumer.Committed(all, Patience).Sum(committed =>
                consumer.QueryWatermarkOffsets(committed.TopicPartition, Patience).High.Value - Math.Max(0, committed.Offset.Value));
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    /// <summary>The broker that coordinates the group: the one whose loss hurts most.</summary>
    public int Coordinator()
    {
        var offsets = _admin.GetMetadata("__consumer_offsets", Patience).Topics.Single().Partitions;
        var hash = settings.Group.Aggregate(0, (hash, character) => unchecked((31 * hash) + character));
        return offsets.Single(partition => partition.PartitionId == (hash & int.MaxValue) % offsets.Count).Leader;
    }

    public Task KillAsync(int broker) => CommandAsync("kill", "kafka", $"{broker}");

    public Task StartAsync(int broker) => CommandAsync("node", "kafka", $"{broker}");

    public Task PauseAsync(int broker) => CommandAsync("pause", "kafka", $"{broker}");

    public Task ResumeAsync(int broker) => CommandAsync("resume", "kafka", $"{broker}");

    /// <summary>All that a topic holds for who reads only what is committed, in the order of its partitions.</summary>
    public async Task<List<Item>> ReadAsync(string topic)
    {
        var ends = await StableEndsAsync(topic);
        var config = new ConsumerConfig { BootstrapServers = Settings.Servers, GroupId = "soak-reader", IsolationLevel = IsolationLevel.ReadCommitted, EnableAutoCommit = false, EnablePartitionEof = true };
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(config).Build();
        var items = new List<Item>();
        foreach (var (partition, end) in ends.Where(end => end.Value > 0))
        {
            consumer.Assign(new TopicPartitionOffset(partition, Offset.Beginning));
            while (consumer.Consume(Patience) is { } result)
            {
                if (result.IsPartitionEOF && result.Offset >= end)
                {
                    break;
                }

                if (!result.IsPartitionEOF)
                {
                    items.Add(JsonSerializer.Deserialize<Item>(result.Message.Value, Json)!);
                }
            }
        }

        return items;
    }

    public void Dispose() => _admin.Dispose();

    // Behind a transaction that a dead member has left open nothing can be read until the brokers have ended it.
    private async Task<Dictionary<TopicPartition, Offset>> StableEndsAsync(string topic)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(1_000))
        {
            var stable = await EndsAsync(topic, IsolationLevel.ReadCommitted);
            var all = await EndsAsync(topic, IsolationLevel.ReadUncommitted);
            if (all.All(end => stable[end.Key] == end.Value))
            {
                return all;
            }

            if (clock.Elapsed > settings.TransactionTimeout * 4)
            {
                throw new TimeoutException($"'{topic}' has a transaction that does not end.");
            }
        }
    }

    private async Task<Dictionary<TopicPartition, Offset>> EndsAsync(string topic, IsolationLevel isolation)
    {
        var listed = await _admin.ListOffsetsAsync(
            Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffsetSpec { TopicPartition = new(topic, partition), OffsetSpec = OffsetSpec.Latest() }),
            new() { IsolationLevel = isolation });
        return listed.ResultInfos.ToDictionary(info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset);
    }

    private async Task CommandAsync(params string[] arguments)
    {
        using var process = Process.Start(settings.Broker, arguments);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"broker {string.Join(' ', arguments)} ended with {process.ExitCode}."));
        }
    }
}
