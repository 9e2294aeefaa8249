using Messaging.Kit.Aws;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sns;

/// <summary>
/// How topics are reached, published to and described. Set for the application by
/// <see cref="SnsBuilderExtensions.AddSnsTransport"/> and the configuration section <c>Messaging:Sns</c>, and for one topic by
/// <c>to.Sns("orders", options =&gt; ...)</c>; the topic's own settings win, then the application's code, then its configuration.
/// </summary>
/// <remarks>
/// <para>
/// The client is, in this order: <see cref="Client"/>; one of the kit's own when <see cref="ServiceUrl"/> or <see cref="Region"/>
/// is set; the <see cref="ISnsClient"/> of the application's services; one made by their <c>AWSOptions</c>; one of the kit's own
/// by AWS's conventions (<c>AWS_ENDPOINT_URL_SNS</c>, <c>AWS_ENDPOINT_URL</c>, <c>AWS_REGION</c>, the default credentials).
/// Topics that are reached in the same way share a client.
/// </para>
/// <para>
/// A client of the kit's own does not retry: the kit retries every entry of every batch by itself, with back-off, and two
/// layers of retries would multiply.
/// </para>
/// </remarks>
public sealed class SnsTransportOptions : IAwsConnectionOptions
{
    /// <summary>The configuration section that the application-wide options are read from.</summary>
    public const string ConfigurationSection = "Messaging:Sns";

    /// <summary>A client to use; the kit does not dispose it. Code only.</summary>
    public ISnsClient? Client { get; set; }

    /// <summary>
    /// The endpoint, such as <c>https://sns.eu-west-1.amazonaws.com</c>, a VPC endpoint or an emulator. Plain <c>http</c> is refused
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
    /// The account whose topics are meant, twelve digits. With it the ARN of a topic is made from its name; without it the account's topics are
    /// listed until the name is found, which takes the permission <c>sns:ListTopics</c> and time where there are thousands.
    /// </summary>
    public string? AccountId { get; set; }

    /// <summary>
    /// The subject of each message, which e-mail shows; <see langword="null"/>, the default, for none. A message with a header <c>subject</c> has that one.
    /// 1 to 99 printable characters of ASCII, the first no space.
    /// </summary>
    public string? Subject { get; set; }

    /// <summary>
    /// What happens at start with this topic; <see langword="null"/>, the default, for what the application does with all of its
    /// queues and topics. A topic that is named by its ARN may be in another account and is never created.
    /// </summary>
    public TopologyMode? Topology { get; set; }

    /// <summary>
    /// Topology: high throughput for a FIFO topic, which counts duplicates and limits calls per message group instead of per
    /// topic (<c>FifoThroughputScope</c>). FIFO topics only.
    /// </summary>
    public bool HighThroughputFifo { get; set; }

    /// <summary>
    /// Topology: most bytes of a message and of a call, 1,024 to 1,048,576; <see langword="null"/> for AWS's default, 262,144. More than
    /// that is only for topics with queues, Lambda and Firehose. Whatever is set here, publishing asks the topic itself.
    /// </summary>
    public int? MaximumMessageSize { get; set; }

    /// <summary>Topology: the KMS key that encrypts the messages, as an id, an alias or an ARN; <see langword="null"/> for AWS's default, none.</summary>
    public string? KmsKeyId { get; set; }

    // What could not be read from configuration; validation reports it together with all else.
    internal List<string> ConfigurationFaults { get; } = [];
}
