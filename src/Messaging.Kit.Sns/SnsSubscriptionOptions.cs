using Messaging.Kit.Routing;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sns;

/// <summary>How a queue is subscribed to a topic: <c>from.Sns("orders", "shipping", options =&gt; ...)</c>.</summary>
/// <remarks>All of it but <see cref="Queue"/> is topology: it counts where the subscription is created or compared at start.</remarks>
public sealed class SnsSubscriptionOptions
{
    internal SnsSubscriptionOptions(SqsTransportOptions queue) => Queue = queue;

    /// <summary>The options of the queue.</summary>
    public SqsTransportOptions Queue { get; }

    /// <summary>Sets options of the topic, on top of the application's; it may run more than once. <see langword="null"/> when there is nothing to set.</summary>
    public Action<SnsTransportOptions>? Topic { get; set; }

    /// <summary>
    /// What happens at start with this subscription and its topic; <see langword="null"/>, the default, for what happens with the queue.
    /// </summary>
    public TopologyMode? Topology { get; set; }

    /// <summary>
    /// Which messages the queue gets, written for the form that rules and filters in memory know as well: <c>source</c>, <c>detail-type</c>,
    /// which is the message's type, and <c>detail</c>, which is its body. The kit makes SNS's filter policy of it. A message without a source or a type has
    /// none here, which is <c>unknown</c> in an event, and a body that is no JSON object is not in a member of <c>detail</c>: a policy of one's own finds it
    /// as <c>data</c> or <c>data_base64</c>. <see langword="null"/>, the default, for all messages.
    /// </summary>
    public EventPattern? Filter { get; set; }

    /// <summary>
    /// Instead of <see cref="Filter"/>: a filter policy in SNS's own form, for what others publish and for headers, such as
    /// <c>EventPattern.Parse("""{"tenant":["north"]}""")</c>.
    /// </summary>
    public EventPattern? FilterPolicy { get; set; }

    /// <summary>What <see cref="FilterPolicy"/> looks at; the attributes of the message unless set.</summary>
    public SnsFilterScope FilterScope { get; set; }

    /// <summary>
    /// Whether the queue gets the message itself, with its attributes, or a notification of SNS around it; the message itself unless set. Both
    /// can be consumed.
    /// </summary>
    public bool RawDelivery { get; set; } = true;

    /// <summary>
    /// The name of the queue for messages that SNS cannot deliver, logical (<c>Messaging:Names</c>) or physical; <see langword="null"/> for
    /// none: SNS drops them then. It must end in <c>.fifo</c> when the topic does.
    /// </summary>
    public string? RedriveTo { get; set; }
}
