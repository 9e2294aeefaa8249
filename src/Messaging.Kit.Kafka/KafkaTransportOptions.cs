using Messaging.Kit.Transports;

namespace Messaging.Kit.Kafka;

/// <summary>
/// How topics are reached, written, read and described. Set for the application by
/// <see cref="KafkaBuilderExtensions.AddKafkaTransport"/> and the configuration section <c>Messaging:Kafka</c>, and for one topic by
/// <c>to.Kafka("readings", options =&gt; ...)</c>; the topic's own settings win, then the application's code, then its configuration.
/// </summary>
/// <remarks>
/// Topics that are reached in the same way share a producer. Each source has a consumer of its own, with one thread that polls.
/// Names in brackets are the client's own settings (librdkafka).
/// </remarks>
public sealed class KafkaTransportOptions
{
    /// <summary>The configuration section that the application-wide options are read from.</summary>
    public const string ConfigurationSection = "Messaging:Kafka";

    /// <summary>
    /// The first brokers to ask, as <c>host:port,host:port</c> [bootstrap.servers]; the environment variable
    /// <c>KAFKA_BOOTSTRAP_SERVERS</c> unless set.
    /// </summary>
    public string? BootstrapServers { get; set; }

    /// <summary>Whether connections are encrypted; <see langword="null"/>, the default, for yes unless all brokers are on this machine.</summary>
    public bool? UseTls { get; set; }

    /// <summary>Accepts unencrypted connections to other machines, emulators in a container for example.</summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>A file with the certificates (PEM) of the authorities to trust [ssl.ca.location]; <see langword="null"/> for those of the machine.</summary>
    public string? CaLocation { get; set; }

    /// <summary>A file with the client's certificate (PEM) [ssl.certificate.location], for mutual TLS.</summary>
    public string? CertificateLocation { get; set; }

    /// <summary>A file with the client's private key (PEM) [ssl.key.location].</summary>
    public string? KeyLocation { get; set; }

    /// <summary>The password of the private key [ssl.key.password].</summary>
    public string? KeyPassword { get; set; }

    /// <summary>How the client says who it is [sasl.mechanism]; not at all unless set.</summary>
    public KafkaAuthentication Authentication { get; set; }

    /// <summary>The user name for <see cref="KafkaAuthentication.Plain"/> and SCRAM.</summary>
    public string? Username { get; set; }

    /// <summary>The password for <see cref="KafkaAuthentication.Plain"/> and SCRAM.</summary>
    public string? Password { get; set; }

    /// <summary>Fetches tokens for <see cref="KafkaAuthentication.OAuthBearer"/>. Called when the client connects and before a token expires, by one caller at a time for each client. Code only.</summary>
    public Func<CancellationToken, ValueTask<KafkaToken>>? TokenProvider { get; set; }

    /// <summary>How long the client waits for more before it sends a batch [linger.ms]; 5 ms unless set, 0 to 1 s. A publish that is awaited on its own pays it.</summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How batches are compressed [compression.type]; not at all unless set.</summary>
    public KafkaCompression Compression { get; set; }

    /// <summary>
    /// How long the client tries to get a message accepted [message.timeout.ms]; then the publish fails. 60 seconds unless set, 1
    /// second to 1 hour.
    /// </summary>
    public TimeSpan DeliveryTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Most bytes of a message on the wire, key and headers included [message.max.bytes]; 1,000,000 unless set, 1,000 to 1,000,000,000. The broker
    /// and the topic (max.message.bytes, 1,048,588 by default) have limits of their own.
    /// </summary>
    public int MaxMessageBytes { get; set; } = 1_000_000;

    /// <summary>The consumer group [group.id]; the application's name unless set.</summary>
    public string? Group { get; set; }

    /// <summary>How the members of the group share the partitions [group.protocol]; classic unless set.</summary>
    public KafkaGroupProtocol GroupProtocol { get; set; }

    /// <summary>
    /// A name of this process in the group that outlives it, so that a restart moves no partitions; <see langword="null"/> for none. Unique in the
    /// group: each topic adds its own name, since each is consumed by a member of its own [group.instance.id].
    /// </summary>
    public string? GroupInstanceId { get; set; }

    /// <summary>
    /// Where a group begins that has not committed anything yet: at the first message that the topic holds unless set, so that none is
    /// missed; or at the next one that comes, partition by partition, with one that is added meanwhile at its first. What it has committed and is not there any more makes it begin at the first message either way.
    /// </summary>
    public bool StartAtEnd { get; set; }

    /// <summary>
    /// Reads everything again from this time on, whatever the group has committed: at start, each partition goes to its first message that is not older.
    /// For the first assignment of each partition in this process.
    /// </summary>
    public DateTimeOffset? ReplayFrom { get; set; }

    /// <summary>
    /// How often progress is committed [auto.commit.interval.ms]; 1 second unless set, 10 ms to 1 minute. When a member dies, what it has handled since then is
    /// delivered again.
    /// </summary>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How far handling may run ahead of the oldest message of a partition that is not done with; 10,000 messages unless set, 1 or
    /// more. Then the partition pauses until that one is. It bounds what is delivered again when a member dies.
    /// </summary>
    public int MaxUncommitted { get; set; } = 10_000;

    /// <summary>
    /// Handles the messages of a partition one after the other, whatever their keys: then one that fails stops its partition until it has been handled or
    /// dead-lettered. No unless set: messages with the same key are handled one after the other, and others run on.
    /// </summary>
    public bool OrderByPartition { get; set; }

    /// <summary>
    /// How long the first message of a partition may be in hand before readiness reports that the partition does not get on; 5 minutes unless set, 1 second to 30
    /// days. A partition without messages is idle, and well.
    /// </summary>
    public TimeSpan StuckAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a member that loses a partition may take to finish what it handles, before it lets go [no client setting]; 30 seconds
    /// unless set, 0 to 4 minutes. Then handlers are cancelled.
    /// </summary>
    public TimeSpan RevokeTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the group waits for a member that is silent [session.timeout.ms]; 45 seconds unless set, 1 second to 30 minutes. The broker decides with <see cref="KafkaGroupProtocol.Consumer"/>.</summary>
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How much the client fetches ahead [queued.max.messages.kbytes], in bytes; 16 MiB unless set, 1 MiB to 1 GiB.</summary>
    public long FetchAheadBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Reads also what transactions have written that are open or have been aborted [isolation.level]; no unless set.</summary>
    public bool ReadUncommitted { get; set; }

    /// <summary>
    /// With <see cref="KafkaBuilderExtensions.ExactlyOnce"/>: how long a transaction may take, and so how long a handler may [transaction.timeout.ms]; then the brokers
    /// undo it, and readers of what it has written wait no longer. 60 seconds unless set, 1 second to 15 minutes (the brokers' limit by default).
    /// </summary>
    public TimeSpan TransactionTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>What happens at start with this topic; <see langword="null"/>, the default, for what the application does with all of its topics.</summary>
    public TopologyMode? Topology { get; set; }

    /// <summary>Topology: how many partitions the topic has; <see langword="null"/> for the broker's default, and not to compare.</summary>
    public int? Partitions { get; set; }

    /// <summary>Topology: how many copies of each partition there are; <see langword="null"/> for the broker's default, and not to compare.</summary>
    public short? ReplicationFactor { get; set; }

    /// <summary>Topology: settings of the topic, such as <c>retention.ms</c> or <c>cleanup.policy</c>.</summary>
    public IDictionary<string, string> TopicSettings { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Further settings of the client by their own names, such as <c>client.rack</c>; they go over all others, except those that the kit relies
    /// on, which are refused.
    /// </summary>
    public IDictionary<string, string> ClientSettings { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    // What could not be read from configuration; validation reports it together with all else.
    internal List<string> ConfigurationFaults { get; } = [];
}
