using System.Globalization;
using Messaging.Kit.Aws;
using Messaging.Kit.Messages;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;

namespace Messaging.Kit.EventBridge;

/// <summary>
/// Compares a rule and its target, a queue, with the options, and the bus and the queue's policy with it, or creates what is missing; never
/// changes what is there.
/// </summary>
/// <param name="bus">The bus.</param>
/// <param name="busTopology">What is said of the bus.</param>
/// <param name="queue">The queue, whose own topology has been applied.</param>
/// <param name="deadLetters">The queue for what cannot be delivered, if any.</param>
/// <param name="options">What is said of the rule.</param>
/// <param name="differences">Gets every difference; when the work is refused, those that were found before.</param>
/// <param name="time">The clock.</param>
internal sealed class EventBridgeRuleTopology(
    EventBridgeConnection bus, EventBridgeTopology busTopology, SqsQueue queue, SqsQueue? deadLetters, EventBridgeRuleOptions options, List<string> differences, TimeProvider time)
{
    /// <summary>Who sends to queues.</summary>
    public const string Sender = "events.amazonaws.com";

    private const string Everything = """{"source":[{"prefix":""}]}""";
    private const string Deduplication = nameof(SqsTransportOptions.ContentBasedDeduplication);

    private readonly string _rule = NameOf(queue.Name, options);

    /// <summary>Does the work; once for each object.</summary>
    /// <param name="mode">What happens with the rule.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task ApplyAsync(TopologyMode mode, CancellationToken cancellationToken)
    {
        var faults = FaultsOf(bus.Name, queue.Name, deadLetters?.Name, options).ToList();
        if (faults.Count > 0)
        {
            differences.AddRange(faults);
            return;
        }

        differences.AddRange(await busTopology.ApplyAsync(mode, cancellationToken).ConfigureAwait(false));
        if (deadLetters is not null)
        {
            differences.AddRange(await new SqsTopology(deadLetters, null, new(), time) { IsForDeadLetters = true }.ApplyAsync(mode, cancellationToken).ConfigureAwait(false));
        }

        var isThere = await bus.FindAsync(cancellationToken).ConfigureAwait(false) is not null;
        var queueArn = await FindQueueAsync(queue, cancellationToken).ConfigureAwait(false);
        var deadLetterArn = deadLetters is null ? null : await FindQueueAsync(deadLetters, cancellationToken).ConfigureAwait(false);
        if (!isThere || queueArn is null)
        {
            differences.Add($"No rule of bus '{bus.Name}' feeds queue '{queue.Name}', for one of them is not there. Create both, or set Topology to Create.");
            return;
        }

        if (await ApplyRuleAsync(mode, cancellationToken).ConfigureAwait(false) is not { } ruleArn)
        {
            return;
        }

        // Before the target: what is sent to it would be refused without.
        var targets = new[] { queue, deadLetterArn is null ? null : deadLetters }.OfType<SqsQueue>();
        differences.AddRange(await new SqsSendPermission(Sender, ruleArn, time).ApplyAsync(targets, mode, cancellationToken).ConfigureAwait(false));
        await ApplyTargetAsync(Describe(queue.Name, queueArn, deadLetterArn, options), mode, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What does not go together in a rule.</summary>
    /// <param name="bus">The bus's physical name.</param>
    /// <param name="queue">The queue's.</param>
    /// <param name="deadLetters">That of the queue for what cannot be delivered, if any.</param>
    /// <param name="options">What is said of the rule.</param>
    public static IEnumerable<string> FaultsOf(string bus, string queue, string? deadLetters, EventBridgeRuleOptions options)
    {
        if (SqsQueue.IsFifoName(queue) && options.MessageGroupId is null)
        {
            yield return $"A rule that sends to the FIFO queue '{queue}' needs a message group. Set MessageGroupId, or use a standard queue.";
        }

        if (EventBridgeConnection.IsDefaultName(bus) && options.Pattern is null)
        {
            yield return $"Queue '{queue}' is to get all events of the bus 'default', those of AWS among them. Set Pattern, or use a bus of your own.";
        }

        if (deadLetters is not null && (SqsQueue.IsFifoName(deadLetters) || deadLetters == queue))
        {
            yield return $"'{deadLetters}' cannot take what could not be delivered to '{queue}'. Name another queue in RedriveTo, no FIFO queue.";
        }
    }

    /// <summary>The name of a rule.</summary>
    /// <param name="queue">The queue's physical name.</param>
    /// <param name="options">What is said of the rule.</param>
    public static string NameOf(string queue, EventBridgeRuleOptions options) => options.Name ?? EventBridgeNames.Fit(queue);

    /// <summary>The rule.</summary>
    /// <param name="bus">The bus, by name or ARN.</param>
    /// <param name="queue">The queue's physical name.</param>
    /// <param name="options">What is said of the rule.</param>
    public static EventBridgeRule Describe(string bus, string queue, EventBridgeRuleOptions options) =>
        new(NameOf(queue, options)) { EventBusName = bus, EventPattern = options.Pattern?.Json ?? Everything, Description = $"Feeds queue {queue}." };

    /// <summary>The rule's target.</summary>
    /// <param name="queue">The queue's physical name.</param>
    /// <param name="queueArn">Its ARN.</param>
    /// <param name="deadLetterArn">The ARN of the queue for what cannot be delivered, if any.</param>
    /// <param name="options">What is said of the rule.</param>
    public static EventBridgeTarget Describe(string queue, string queueArn, string? deadLetterArn, EventBridgeRuleOptions options) => new(EventBridgeNames.Fit(queue), queueArn)
    {
        InputPath = options.InputPath,
        InputTemplate = options.Transformer?.Template,
        InputPaths = options.Transformer?.Paths is { Count: > 0 } paths ? paths : null,
        MessageGroupId = options.MessageGroupId,
        DeadLetterArn = deadLetterArn,
        MaximumRetryAttempts = options.RetryAttempts,
        MaximumEventAgeInSeconds = (int?)options.MaximumEventAge?.TotalSeconds,
    };

    // A FIFO queue must know by itself what is a duplicate, for EventBridge does not say.
    private async Task<string?> FindQueueAsync(SqsQueue target, CancellationToken cancellationToken)
    {
        try
        {
            List<string> names = ["QueueArn", .. target.IsFifo ? [Deduplication] : Array.Empty<string>()];
            var attributes = await target.ReadAttributesAsync(names, cancellationToken).ConfigureAwait(false);
            if (target.IsFifo && attributes.GetValueOrDefault(Deduplication) != "true")
            {
                differences.Add($"Queue '{target.Name}' has {Deduplication} {attributes.GetValueOrDefault(Deduplication) ?? "not set"}, and takes nothing from a rule without it. Set it to true.");
            }

            return attributes.GetValueOrDefault("QueueArn");
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.NotFound)
        {
            return null;
        }
    }

    private async Task<string?> ApplyRuleAsync(TopologyMode mode, CancellationToken cancellationToken)
    {
        var wanted = Describe(bus.Address, queue.Name, options);
        var actual = await FindRuleAsync(cancellationToken).ConfigureAwait(false);
        if (actual is null && mode == TopologyMode.Create)
        {
            await bus.CallAsync("PutRule", (client, token) => client.PutRuleAsync(wanted, null, token), cancellationToken).ConfigureAwait(false);
            actual = await FindRuleAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new TransportException(FailureKind.Transient, $"Rule '{_rule}' has been created and is not there yet.");
        }

        if (actual is null)
        {
            differences.Add($"Bus '{bus.Name}' has no rule '{_rule}'. Create it, or set Topology to Create.");
            return null;
        }

        Compare("the pattern", wanted.EventPattern, actual.EventPattern, JsonText.IsSame);
        Compare("the state", "ENABLED", actual.State ?? "ENABLED");
        return actual.Arn;
    }

    private Task<EventBridgeRule?> FindRuleAsync(CancellationToken cancellationToken) =>
        bus.FindAsync("DescribeRule", (client, token) => client.DescribeRuleAsync(bus.Address, _rule, token), cancellationToken);

    private async Task ApplyTargetAsync(EventBridgeTarget wanted, TopologyMode mode, CancellationToken cancellationToken)
    {
        var actual = await FindTargetAsync(wanted, cancellationToken).ConfigureAwait(false);
        if (actual is not null && actual.Arn != wanted.Arn)
        {
            differences.Add($"Rule '{_rule}' of bus '{bus.Name}' has a target '{wanted.Id}' that is {actual.Arn} and not queue '{queue.Name}'. Remove it, or give the rule another Name.");
            return;
        }

        if (actual is null && mode == TopologyMode.Create)
        {
            var failures = await bus.CallAsync("PutTargets", (client, token) => client.PutTargetsAsync(bus.Address, _rule, [wanted], token), cancellationToken).ConfigureAwait(false);
            if (failures is [var failure, ..])
            {
                throw EventBridgeErrors.Translate(new EventBridgeOutcome(null, failure.ErrorCode, failure.ErrorMessage), "PutTargets", bus.Name);
            }

            actual = await FindTargetAsync(wanted, cancellationToken).ConfigureAwait(false)
                ?? throw new TransportException(FailureKind.Transient, $"The target of rule '{_rule}' has been created and is not there yet.");
        }

        if (actual is null)
        {
            differences.Add($"Rule '{_rule}' of bus '{bus.Name}' does not send to queue '{queue.Name}'. Add it as a target, or set Topology to Create.");
            return;
        }

        // What the queue gets has to be as registered in every case; of the rest only what is registered.
        Compare("the input", actual.Input is null ? null : "the event", actual.Input);
        Compare("the input path", wanted.InputPath, actual.InputPath);
        Compare("the input template", wanted.InputTemplate, actual.InputTemplate);
        Compare("the input paths", TextOf(wanted.InputPaths), TextOf(actual.InputPaths));
        CompareIfWanted("the message group", wanted.MessageGroupId, actual.MessageGroupId);
        CompareIfWanted("the dead-letter queue", wanted.DeadLetterArn, actual.DeadLetterArn);
        CompareIfWanted("the retry attempts", TextOf(wanted.MaximumRetryAttempts), TextOf(actual.MaximumRetryAttempts));
        CompareIfWanted("the maximum event age", TextOf(wanted.MaximumEventAgeInSeconds), TextOf(actual.MaximumEventAgeInSeconds));
    }

    // By the ARN; else by the id, under which no other target could be put.
    private async Task<EventBridgeTarget?> FindTargetAsync(EventBridgeTarget wanted, CancellationToken cancellationToken)
    {
        var sameId = default(EventBridgeTarget);
        string? next = null;
        do
        {
            var page = await bus.CallAsync("ListTargetsByRule", (client, token) => client.ListTargetsByRuleAsync(bus.Address, _rule, next, token), cancellationToken).ConfigureAwait(false);
            if (page.Items.FirstOrDefault(target => target.Arn == wanted.Arn) is { } found)
            {
                return found;
            }

            sameId ??= page.Items.FirstOrDefault(target => target.Id == wanted.Id);
            next = page.NextToken;
        }
        while (next is not null);
        return sameId;
    }

    private static string? TextOf(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string? TextOf(IReadOnlyDictionary<string, string>? paths) =>
        paths is not { Count: > 0 } ? null : string.Join(", ", paths.OrderBy(path => path.Key, StringComparer.Ordinal).Select(path => $"{path.Key} = {path.Value}"));

    private void CompareIfWanted(string what, string? wanted, string? found)
    {
        if (wanted is not null)
        {
            Compare(what, wanted, found);
        }
    }

    private void Compare(string what, string? wanted, string? found, Func<string?, string?, bool>? isSame = null)
    {
        if (!(isSame ?? string.Equals)(wanted, found))
        {
            differences.Add($"Rule '{_rule}' of bus '{bus.Name}' has {what} {found ?? "not set"} for queue '{queue.Name}', and the registration says {wanted ?? "not set"}. Change one of them.");
        }
    }
}
