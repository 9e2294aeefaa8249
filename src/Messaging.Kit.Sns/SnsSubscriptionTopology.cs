using Messaging.Kit.Aws;
using Messaging.Kit.Messages;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sns;

/// <summary>
/// Compares the subscription of a queue with the options, and the topic and the queue's policy with it, or creates what is missing; never
/// changes what is there.
/// </summary>
/// <param name="topic">The topic.</param>
/// <param name="topicOptions">What is said of the topic.</param>
/// <param name="queue">The queue, whose own topology has been applied.</param>
/// <param name="deadLetters">The queue for what cannot be delivered, if any.</param>
/// <param name="options">What is said of the subscription.</param>
/// <param name="differences">Gets every difference; when the work is refused, those that were found before.</param>
/// <param name="time">The clock.</param>
internal sealed class SnsSubscriptionTopology(
    SnsTopic topic, SnsTransportOptions topicOptions, SqsQueue queue, SqsQueue? deadLetters, SnsSubscriptionOptions options, List<string> differences, TimeProvider time)
{
    /// <summary>Who sends to queues.</summary>
    public const string Sender = "sns.amazonaws.com";

    /// <summary>What SNS calls queues.</summary>
    public const string Protocol = "sqs";

    // Listed for a while in the place of the ARN when a subscription is no more.
    private const string Deleted = "Deleted";

    private const string Raw = "RawMessageDelivery";
    private const string Policy = "FilterPolicy";
    private const string Scope = "FilterPolicyScope";
    private const string Redrive = "RedrivePolicy";

    /// <summary>Does the work; once for each object.</summary>
    /// <param name="mode">What happens with the subscription.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task ApplyAsync(TopologyMode mode, CancellationToken cancellationToken)
    {
        var faults = FaultsOf(topic.Name, queue.Name, deadLetters?.Name).ToList();
        if (faults.Count > 0)
        {
            differences.AddRange(faults);
            return;
        }

        differences.AddRange(await new SnsTopology(topic, topicOptions).ApplyAsync(mode, cancellationToken).ConfigureAwait(false));
        if (deadLetters is not null)
        {
            differences.AddRange(await new SqsTopology(deadLetters, null, new(), time) { IsForDeadLetters = true }.ApplyAsync(mode, cancellationToken).ConfigureAwait(false));
        }

        var (topicArn, queueArn) = (await FindTopicAsync(cancellationToken).ConfigureAwait(false), await FindAsync(queue, cancellationToken).ConfigureAwait(false));
        var deadLetterArn = deadLetters is null ? null : await FindAsync(deadLetters, cancellationToken).ConfigureAwait(false);
        if (topicArn is null || queueArn is null)
        {
            differences.Add($"Queue '{queue.Name}' is not subscribed to topic '{topic.Name}', for one of them is not there. Create both, or set Topology to Create.");
            return;
        }

        // Before the subscription: what comes through it would be refused without.
        var targets = new[] { queue, deadLetterArn is null ? null : deadLetters }.OfType<SqsQueue>();
        differences.AddRange(await new SqsSendPermission(Sender, topicArn, time).ApplyAsync(targets, mode, cancellationToken).ConfigureAwait(false));
        await ApplySubscriptionAsync(queueArn, Describe(deadLetterArn, options), mode, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What does not go together in a subscription.</summary>
    /// <param name="topic">The topic's physical name.</param>
    /// <param name="queue">The queue's.</param>
    /// <param name="deadLetters">That of the queue for what cannot be delivered, if any.</param>
    public static IEnumerable<string> FaultsOf(string topic, string queue, string? deadLetters)
    {
        if (SqsQueue.IsFifoName(queue) && !SnsTopic.IsFifoName(topic))
        {
            yield return $"The FIFO queue '{queue}' cannot be subscribed to '{topic}', which is no FIFO topic. Both names end in .fifo, or that of the queue does not.";
        }

        if (deadLetters is not null && SqsQueue.IsFifoName(deadLetters) != SnsTopic.IsFifoName(topic))
        {
            yield return $"'{deadLetters}' cannot take what topic '{topic}' could not deliver: the names of both end in .fifo, or that of neither does.";
        }

        if (deadLetters == queue)
        {
            yield return $"Queue '{queue}' cannot take what could not be delivered to itself. Name another one in RedriveTo.";
        }
    }

    /// <summary>The attributes of a subscription.</summary>
    /// <param name="deadLetterArn">The ARN of the queue for what cannot be delivered, if any.</param>
    /// <param name="options">What is said of the subscription.</param>
    public static Dictionary<string, string> Describe(string? deadLetterArn, SnsSubscriptionOptions options)
    {
        var wanted = new Dictionary<string, string> { [Raw] = options.RawDelivery ? "true" : "false" };
        if (SnsFilter.Of(options) is { } filter)
        {
            wanted[Scope] = filter.Scope == SnsFilterScope.Body ? "MessageBody" : "MessageAttributes";
            wanted[Policy] = filter.Policy.Json;
        }

        if (deadLetterArn is not null)
        {
            wanted[Redrive] = $$"""{"deadLetterTargetArn":"{{deadLetterArn}}"}""";
        }

        return wanted;
    }

    private static async Task<string?> FindAsync(SqsQueue target, CancellationToken cancellationToken)
    {
        try
        {
            return (await target.ReadAttributesAsync(["QueueArn"], cancellationToken).ConfigureAwait(false)).GetValueOrDefault("QueueArn");
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.NotFound)
        {
            return null;
        }
    }

    private static bool IsSame(string name, string wanted, string? found) => name is Policy or Redrive ? JsonText.IsSame(wanted, found) : wanted == found;

    private async Task<string?> FindTopicAsync(CancellationToken cancellationToken)
    {
        try
        {
            // An ARN that was made from a name says nothing of whether there is such a topic.
            return (await topic.ReadAttributesAsync(cancellationToken).ConfigureAwait(false)).GetValueOrDefault("TopicArn") ?? await topic.GetArnAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.NotFound)
        {
            return null;
        }
    }

    private async Task ApplySubscriptionAsync(string queueArn, Dictionary<string, string> wanted, TopologyMode mode, CancellationToken cancellationToken)
    {
        var found = await FindSubscriptionAsync(queueArn, cancellationToken).ConfigureAwait(false);
        if (found is null && mode == TopologyMode.Create)
        {
            found = await topic.CallAsync("Subscribe", (client, arn, token) => client.SubscribeAsync(arn, Protocol, queueArn, wanted, token), cancellationToken).ConfigureAwait(false);
        }

        if (found is null)
        {
            differences.Add($"Queue '{queue.Name}' is not subscribed to topic '{topic.Name}'. Subscribe it, or set Topology to Create.");
            return;
        }

        if (!SnsTopic.IsArn(found))
        {
            differences.Add($"The subscription of queue '{queue.Name}' to topic '{topic.Name}' waits to be confirmed. Confirm it with the message in the queue.");
            return;
        }

        var actual = await topic.CallAsync("GetSubscriptionAttributes", (client, _, token) => client.GetSubscriptionAttributesAsync(found, token), cancellationToken).ConfigureAwait(false);
        foreach (var (name, value) in wanted)
        {
            // What a subscription does not say of these is AWS's default.
            var stated = actual.GetValueOrDefault(name) ?? (name == Raw ? "false" : name == Scope ? "MessageAttributes" : null);
            if (!IsSame(name, value, stated))
            {
                differences.Add($"The subscription of queue '{queue.Name}' to topic '{topic.Name}' has {name} {stated ?? "not set"}, and the registration says {value}. Change one of them.");
            }
        }

        if (!wanted.ContainsKey(Policy) && actual.GetValueOrDefault(Policy) is { Length: > 0 } filter && !JsonText.IsSame(filter, "{}"))
        {
            differences.Add($"The subscription of queue '{queue.Name}' to topic '{topic.Name}' has FilterPolicy {filter}, and the registration says none. Change one of them.");
        }
    }

    private async Task<string?> FindSubscriptionAsync(string queueArn, CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var page = await topic.CallAsync(
                "ListSubscriptionsByTopic",
                (client, arn, token) => client.ListSubscriptionsByTopicAsync(arn, next, token),
                cancellationToken).ConfigureAwait(false);
            if (page.Items.FirstOrDefault(item => item.Protocol == Protocol && item.Endpoint == queueArn && item.Arn != Deleted) is { } found)
            {
                return found.Arn;
            }

            next = page.NextToken;
        }
        while (next is not null);
        return null;
    }
}
