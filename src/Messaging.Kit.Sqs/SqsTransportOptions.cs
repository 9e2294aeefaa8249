using Amazon.SQS;
using Messaging.Kit.Aws;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>
/// How queues are reached, received from and described. Set for the application by
/// <see cref="SqsBuilderExtensions.AddSqsTransport"/> and the configuration section <c>Messaging:Sqs</c>, and for one queue by
/// <c>to.Sqs("orders", options =&gt; ...)</c>; the queue's own settings win, then the application's code, then its configuration.
/// </summary>
/// <remarks>
/// <para>
/// The client is, in this order: <see cref="Client"/>; one of the kit's own when <see cref="ServiceUrl"/> or <see cref="Region"/>
/// is set; the <see cref="IAmazonSQS"/> of the application's services; one made by their <c>AWSOptions</c>; one of the kit's own
/// by AWS's conventions (<c>AWS_ENDPOINT_URL_SQS</c>, <c>AWS_ENDPOINT_URL</c>, <c>AWS_REGION</c>, the default credentials).
/// Queues that are reached in the same way share a client.
/// </para>
/// <para>
/// A client of the kit's own does not retry: the kit retries every entry of every batch by itself, with back-off, and two
/// layers of retries would multiply. One that is made by <c>AWSOptions</c> has their settings and retries, and where they say nothing, the kit's
/// time limits. A client that is handed in should have <c>MaxErrorRetry = 0</c> and <c>MaxStaleConnectionRetries = 0</c> for the same reason, and a
/// <c>Timeout</c> longer than <see cref="WaitTime"/>.
/// </para>
/// <para>All durations are whole seconds, as SQS counts them, except <see cref="ConnectTimeout"/>.</para>
/// </remarks>
public sealed class SqsTransportOptions : IAwsConnectionOptions
{
    /// <summary>The configuration section that the application-wide options are read from.</summary>
    public const string ConfigurationSection = "Messaging:Sqs";

    /// <summary>A client to use; the kit does not dispose it. Code only.</summary>
    public IAmazonSQS? Client { get; set; }

    /// <summary>
    /// The endpoint, such as <c>https://sqs.eu-west-1.amazonaws.com</c>, a VPC endpoint or an emulator. Plain <c>http</c> is refused
    /// unless the host is this machine or <see cref="AllowInsecureHttp"/> is set.
    /// </summary>
    public string? ServiceUrl { get; set; }

    /// <summary>The region, such as <c>eu-west-1</c>. With a <see cref="ServiceUrl"/> it is the region that requests are signed for.</summary>
    public string? Region { get; set; }

    /// <summary>Accepts an <c>http</c> endpoint on another machine, an emulator in a container for example. Messages then travel unencrypted.</summary>
    public bool AllowInsecureHttp { get; set; }

    /// <summary>How long a new connection may take, in clients of the kit's own; 5 seconds unless set, 100 ms to 1 minute.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a receive waits for messages; 10 seconds unless set, 0 to 20 seconds. A longer wait costs fewer calls on an idle
    /// queue; but a stopping consumer waits for its last receive to end, so that it can return what that still brings. With 0 SQS
    /// asks only some of its servers, and can miss messages that are there; an idle queue is then asked up to ten times a second.
    /// </summary>
    public TimeSpan WaitTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The lease: how long a received message stays hidden from others unless it is renewed; 30 seconds unless set, 1 second to 12
    /// hours. It is sent with each receive, whatever the queue's own setting. It is also how long a message is gone when a
    /// consumer dies.
    /// </summary>
    public TimeSpan VisibilityTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What happens at start with this queue; <see langword="null"/>, the default, for what the application does with all of its
    /// queues. A queue that is named by its URL may be in another account and is never created.
    /// </summary>
    public TopologyMode? Topology { get; set; }

    /// <summary>
    /// Topology: the name of the queue that SQS itself moves a message to after <see cref="MaxReceiveCount"/> receives, logical
    /// (<c>Messaging:Names</c>) or physical; <see langword="null"/> for none. It is created first, with the longest retention, and must end in <c>.fifo</c> when the
    /// queue does.
    /// </summary>
    public string? RedriveTo { get; set; }

    /// <summary>Topology: how often a message is received before it moves to <see cref="RedriveTo"/>; 10 unless set, 1 to 1000.</summary>
    public int MaxReceiveCount { get; set; } = 10;

    /// <summary>Topology: how long the queue keeps messages, 1 minute to 14 days; <see langword="null"/> for AWS's default, 4 days.</summary>
    public TimeSpan? Retention { get; set; }

    /// <summary>Topology: how long the queue holds back each new message, 0 to 15 minutes; <see langword="null"/> for AWS's default, not at all.</summary>
    public TimeSpan? Delay { get; set; }

    /// <summary>
    /// Topology: high throughput for a FIFO queue, which counts duplicates and limits calls per message group instead of per
    /// queue. FIFO queues only.
    /// </summary>
    public bool HighThroughputFifo { get; set; }

    /// <summary>
    /// Topology: a FIFO queue that takes the body for the deduplication id of messages that have none, as those of a rule of
    /// EventBridge. FIFO queues only.
    /// </summary>
    public bool ContentBasedDeduplication { get; set; }

    /// <summary>
    /// Topology: the KMS key that encrypts the messages, as an id, an alias or an ARN; <see langword="null"/> for AWS's default,
    /// a key of SQS's own.
    /// </summary>
    public string? KmsKeyId { get; set; }

    // What could not be read from configuration; validation reports it together with all else.
    internal List<string> ConfigurationFaults { get; } = [];

    // What brings messages into the queue from elsewhere.
    internal List<IQueueFeed> Feeds { get; } = [];
}
