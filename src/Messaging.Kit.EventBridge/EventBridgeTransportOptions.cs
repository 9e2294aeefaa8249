using Messaging.Kit.Aws;
using Messaging.Kit.Routing;
using Messaging.Kit.Transports;

namespace Messaging.Kit.EventBridge;

/// <summary>
/// How buses are reached, published to and described. Set for the application by
/// <see cref="EventBridgeBuilderExtensions.AddEventBridgeTransport"/> and the configuration section <c>Messaging:EventBridge</c>, and for one bus by
/// <c>to.EventBridge("shop", options =&gt; ...)</c>; the bus's own settings win, then the application's code, then its configuration.
/// </summary>
/// <remarks>
/// <para>
/// The client is, in this order: <see cref="Client"/>; one of the kit's own when <see cref="ServiceUrl"/> or <see cref="Region"/>
/// is set; the <see cref="IEventBridgeClient"/> of the application's services; one made by their <c>AWSOptions</c>; one of the kit's own
/// by AWS's conventions (<c>AWS_ENDPOINT_URL_EVENTBRIDGE</c>, <c>AWS_ENDPOINT_URL</c>, <c>AWS_REGION</c>, the default credentials).
/// Buses that are reached in the same way share a client.
/// </para>
/// <para>
/// A client of the kit's own does not retry: the kit retries every entry of every batch by itself, with back-off, and two
/// layers of retries would multiply.
/// </para>
/// </remarks>
public sealed class EventBridgeTransportOptions : IAwsConnectionOptions
{
    /// <summary>The configuration section that the application-wide options are read from.</summary>
    public const string ConfigurationSection = "Messaging:EventBridge";

    /// <summary>A client to use; the kit does not dispose it. Code only.</summary>
    public IEventBridgeClient? Client { get; set; }

    /// <summary>
    /// The endpoint, such as <c>https://events.eu-west-1.amazonaws.com</c>, a VPC endpoint or an emulator. Plain <c>http</c> is refused
    /// unless the host is this machine or <see cref="AllowInsecureHttp"/> is set.
    /// </summary>
    public string? ServiceUrl { get; set; }

    /// <summary>The region, such as <c>eu-west-1</c>. With a <see cref="ServiceUrl"/> it is the region that requests are signed for.</summary>
    public string? Region { get; set; }

    /// <summary>Accepts an <c>http</c> endpoint on another machine, an emulator in a container for example. Messages then travel unencrypted.</summary>
    public bool AllowInsecureHttp { get; set; }

    /// <summary>How long a new connection may take, in clients of the kit's own; 5 seconds unless set, 100 ms to 1 minute.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The resources of each event, ARNs as a rule; none unless set. Code only. The kit adds one of its own, for what EventBridge has no field for.</summary>
    public IReadOnlyList<string> Resources { get; set; } = [];

    /// <summary>
    /// What happens at start with this bus; <see langword="null"/>, the default, for what the application does with all of its
    /// queues and topics. A bus that is named by its ARN may be in another account and is never created. Whatever is set here, a bus that events are
    /// published to must be there: EventBridge takes them for one that is not, and drops them.
    /// </summary>
    public TopologyMode? Topology { get; set; }

    /// <summary>Topology: the KMS key that encrypts the events, as an id, an alias or an ARN; <see langword="null"/> for AWS's default, a key of AWS's own.</summary>
    public string? KmsKeyId { get; set; }

    /// <summary>Topology: the name of an archive of the bus, up to 48 letters, digits, periods, hyphens and underscores; <see langword="null"/> for none.</summary>
    public string? Archive { get; set; }

    /// <summary>Topology: which events the archive keeps; <see langword="null"/> for all of them.</summary>
    public EventPattern? ArchivePattern { get; set; }

    /// <summary>Topology: how long the archive keeps them, in whole days; <see langword="null"/> for ever.</summary>
    public TimeSpan? ArchiveRetention { get; set; }

    /// <summary>
    /// Topology: whether the host starts replays of the archive (<see cref="EventBridgeReplays"/>), so that a policy that is exported for it
    /// allows that.
    /// </summary>
    public bool AllowReplays { get; set; }

    // What could not be read from configuration; validation reports it together with all else.
    internal List<string> ConfigurationFaults { get; } = [];
}
