using System.Net;
using Confluent.Kafka;

namespace Messaging.Kit.Kafka;

/// <summary>The client's settings, made of the options: the only place that knows both.</summary>
internal static class KafkaClientSettings
{
    public const string BootstrapVariable = "KAFKA_BOOTSTRAP_SERVERS";

    // The client's own.
    private const int LongestHeartbeatMs = 3_000;
    private const int LeastPollIntervalMs = 300_000;

    /// <summary>What the kit relies on; setting it otherwise would lose messages or their order.</summary>
    public static readonly IReadOnlySet<string> Own = new HashSet<string>(StringComparer.Ordinal)
    {
        "acks", "enable.idempotence", "enable.auto.commit", "enable.auto.offset.store", "enable.partition.eof",
        "dotnet.producer.enable.delivery.reports", "dotnet.producer.enable.background.poll", "dotnet.producer.delivery.report.fields",
        "dotnet.consumer.consume.result.fields", "group.id", "group.protocol", "bootstrap.servers", "metadata.broker.list", "transactional.id",
        "auto.offset.reset", "isolation.level",

        // One name for the members of all topics would make them throw each other out; and by its option the kit knows who stays a member, and when a
        // transaction is late.
        "group.instance.id", "transaction.timeout.ms",
    };

    /// <summary>Why the client does not take a setting, or <see langword="null"/> when it does. What depends on other settings it says when it is made.</summary>
    public static string? FaultOf(string name, string value)
    {
        try
        {
            // It is nowhere told what there is, but to whoever makes a client. One without brokers connects to nobody.
            using var client = new ProducerBuilder<Null, Null>([KeyValuePair.Create(name, value)]).SetLogHandler((_, _) => { }).Build();
            return null;
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
        catch (InvalidOperationException exception)
        {
            return exception.Message.StartsWith("No such configuration property", StringComparison.Ordinal) ? exception.Message : null;
        }
    }

    public static string? BootstrapServers(KafkaTransportOptions options) =>
        options.BootstrapServers ?? Environment.GetEnvironmentVariable(BootstrapVariable);

    /// <summary>Whether all brokers that are named are on this machine.</summary>
    public static bool AreLocal(string servers) => servers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).All(server =>
    {
        var host = server[(server.LastIndexOf('/') + 1)..];
        host = host.LastIndexOf(':') is var port and > 0 ? host[..port].Trim('[', ']') : host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    });

    /// <summary>Whether connections are encrypted.</summary>
    public static bool UsesTls(KafkaTransportOptions options) => options.UseTls ?? !(options.AllowPlaintext || AreLocal(BootstrapServers(options) ?? ""));

    public static ProducerConfig ForProducer(KafkaTransportOptions options, string? transactionalId = null)
    {
        var config = new ProducerConfig(Connection(options))
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = options.Linger.TotalMilliseconds,
            CompressionType = options.Compression switch
            {
                KafkaCompression.Lz4 => CompressionType.Lz4,
                KafkaCompression.Zstd => CompressionType.Zstd,
                KafkaCompression.Gzip => CompressionType.Gzip,
                KafkaCompression.Snappy => CompressionType.Snappy,
                _ => CompressionType.None,
            },
            MessageTimeoutMs = (int)options.DeliveryTimeout.TotalMilliseconds,
            MessageMaxBytes = options.MaxMessageBytes,

            // As Java's clients do it, so that all put a key into the same partition.
            Partitioner = Partitioner.Murmur2Random,

            // What is waiting is bounded before: by Messaging:Sending, for each destination.
            QueueBufferingMaxMessages = 1_000_000,
            DeliveryReportFields = "status",
        };
        if (transactionalId is not null)
        {
            config.TransactionalId = transactionalId;
            config.TransactionTimeoutMs = (int)options.TransactionTimeout.TotalMilliseconds;
            config.MessageTimeoutMs = Math.Min(config.MessageTimeoutMs.Value, config.TransactionTimeoutMs.Value);
        }

        return Apply(options, config);
    }

    public static ConsumerConfig ForConsumer(KafkaTransportOptions options, string topic, string group, bool commits = true)
    {
        var config = new ConsumerConfig(Connection(options))
        {
            GroupId = group,

            // Each source is a member of its own: two with the same name would throw each other out.
            GroupInstanceId = options.GroupInstanceId is { } instance ? $"{instance}-{topic}" : null,
            EnableAutoCommit = commits,
            EnableAutoOffsetStore = false,

            // What is no message is not told otherwise: the ends of transactions, and what they have undone.
            EnablePartitionEof = true,
            AutoCommitIntervalMs = (int)options.CommitInterval.TotalMilliseconds,

            // Also where what the group has committed is not there any more. A group that begins at the end is told so when it begins.
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = options.ReadUncommitted ? IsolationLevel.ReadUncommitted : IsolationLevel.ReadCommitted,
            QueuedMaxMessagesKbytes = (int)(options.FetchAheadBytes / 1024),
            ConsumeResultFields = "headers,timestamp",

            // The client's own second is what makes it slow when it is ahead.
            FetchQueueBackoffMs = 10,
        };
        if (options.GroupProtocol == KafkaGroupProtocol.Consumer)
        {
            config.GroupProtocol = GroupProtocol.Consumer;
        }
        else
        {
            config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
            config.SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds;

            // A session is kept by several heartbeats, and is no longer than a member may go without a poll.
            config.HeartbeatIntervalMs = Math.Min(LongestHeartbeatMs, config.SessionTimeoutMs.Value / 3);
            config.MaxPollIntervalMs = Math.Max(LeastPollIntervalMs, config.SessionTimeoutMs.Value);
        }

        return Apply(options, config);
    }

    public static AdminClientConfig ForAdmin(KafkaTransportOptions options) => Apply(options, new AdminClientConfig(Connection(options)));

    private static ClientConfig Connection(KafkaTransportOptions options)
    {
        var config = new ClientConfig
        {
            BootstrapServers = BootstrapServers(options),
            EnableMetricsPush = false,
            SslCaLocation = options.CaLocation,
            SslCertificateLocation = options.CertificateLocation,
            SslKeyLocation = options.KeyLocation,
            SslKeyPassword = options.KeyPassword,
            SaslMechanism = options.Authentication switch
            {
                KafkaAuthentication.Plain => SaslMechanism.Plain,
                KafkaAuthentication.ScramSha256 => SaslMechanism.ScramSha256,
                KafkaAuthentication.ScramSha512 => SaslMechanism.ScramSha512,
                KafkaAuthentication.OAuthBearer => SaslMechanism.OAuthBearer,
                _ => null,
            },
            SaslUsername = options.Username,
            SaslPassword = options.Password,
        };
        config.SecurityProtocol = (UsesTls(options), config.SaslMechanism is not null) switch
        {
            (true, true) => SecurityProtocol.SaslSsl,
            (true, false) => SecurityProtocol.Ssl,
            (false, true) => SecurityProtocol.SaslPlaintext,
            _ => SecurityProtocol.Plaintext,
        };
        return config;
    }

    private static TConfig Apply<TConfig>(KafkaTransportOptions options, TConfig config)
        where TConfig : ClientConfig
    {
        foreach (var (name, value) in options.ClientSettings)
        {
            config.Set(name, value);
        }

        return config;
    }
}
