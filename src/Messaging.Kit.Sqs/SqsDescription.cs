using System.Text.Json.Nodes;
using Messaging.Kit.Aws;
using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>What a queue is to be and what the host must be allowed to do with it, written into a document; SQS is not asked.</summary>
/// <param name="document">Where to.</param>
/// <param name="queue">The queue's physical name or URL.</param>
/// <param name="options">What is said of the queue.</param>
/// <param name="said">What the queue's own registration says of its topology.</param>
internal sealed class SqsDescription(TopologyDocument document, string queue, SqsTransportOptions options, TopologyMode? said)
{
    private const string Service = SqsQueue.Host;
    private const string Policy = "PolicyDocument";
    private const int AccountDigits = 12;

    private static readonly string[] Finding = ["sqs:GetQueueUrl"];
    private static readonly string[] Reading = ["sqs:GetQueueAttributes"];
    private static readonly string[] Publishing = ["sqs:GetQueueAttributes", "sqs:SendMessage"];
    private static readonly string[] Consuming = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];

    public TopologyDocument Document => document;

    public string Name { get; } = SqsQueue.NameOf(queue);

    public string Arn { get; } = ArnOf(queue);

    /// <summary>What the queue's own registration says of its topology; what feeds it follows.</summary>
    public TopologyMode? Said => said;

    /// <summary>What happens with the queue at start.</summary>
    public TopologyMode Mode => options.Topology ?? document.Mode;

    private bool IsOwn => !SqsQueue.IsUrl(queue) && TopologyDocument.IsOwn(said);

    /// <summary>The ARN of a queue by its name or its URL, such as <c>https://sqs.eu-west-1.amazonaws.com/123456789012/orders</c>.</summary>
    public static string ArnOf(string queue)
    {
        var account = SqsQueue.IsUrl(queue) && queue.Split('/') is [.., var digits, _] && digits.Length == AccountDigits && digits.All(char.IsAsciiDigit) ? digits : null;
        return AwsArn.Of(Service, SqsQueue.NameOf(queue), SqsQueue.IsUrl(queue) ? SqsQueue.RegionOf(queue) : null, account);
    }

    /// <summary>Describes the queue, and the dead-letter queue that SQS is to move messages to.</summary>
    /// <param name="use">What the application does with it.</param>
    /// <param name="deadLetters">The physical name of the dead-letter queue, if any.</param>
    public void Describe(EndpointUse use, string? deadLetters)
    {
        foreach (var fault in SqsTopology.FaultsOf(Name, deadLetters, options))
        {
            document.Report(fault);
        }

        AllowUse(use);
        if (Mode != TopologyMode.None)
        {
            AllowReading(deadLetters);
        }

        if (IsOwn)
        {
            DescribeDeadLetters(deadLetters, options);
            var described = Add(Name, SqsTopology.Describe(Name, deadLetters is null ? null : ArnOf(deadLetters), options));
            described.IsKept |= use == EndpointUse.SetAside;
        }
    }

    /// <summary>Allows what comparing takes.</summary>
    /// <param name="deadLetters">The physical name of another queue that is compared as well, if any.</param>
    public void AllowReading(string? deadLetters)
    {
        foreach (var target in new[] { queue, deadLetters }.OfType<string>())
        {
            AllowFinding(target);
            document.Allow("CompareQueues", ArnOf(target), Reading);
        }
    }

    /// <summary>Lets a service send to this queue, and to one for what it cannot deliver, which is described as well.</summary>
    /// <param name="service">The service, such as <c>sns.amazonaws.com</c>.</param>
    /// <param name="source">The topic or the rule.</param>
    /// <param name="sourceArn">Its ARN.</param>
    /// <param name="deadLetters">The physical name of the other queue, if any.</param>
    /// <param name="first">What must wait until it may.</param>
    public void LetSend(string service, string source, string sourceArn, string? deadLetters, TopologyResource first)
    {
        if (!IsOwn)
        {
            document.Report($"Queue '{Name}' is somebody else's, and only who creates it can let {source} send to it. Leave that to them: set Topology to None where the queue is fed, or name a queue of the host's own.");
            return;
        }

        DescribeDeadLetters(deadLetters, new());
        foreach (var target in new[] { Name, deadLetters }.OfType<string>())
        {
            var wanted = new SqsPolicy(service, ArnOf(target), sourceArn);
            var policy = document.Add(new(LogicalId.Of("QueuePolicy", target), "AWS::SQS::QueuePolicy", $"The policy of queue '{target}'", document.Report));
            policy.Set("Queues", new JsonArray(new JsonObject { ["Ref"] = IdOf(target) }));
            policy.Change(Policy, found => Add(wanted, found));
            first.After.Add(policy.Id);
        }
    }

    private static string IdOf(string name) => LogicalId.Of("Queue", name);

    private static JsonNode Add(SqsPolicy wanted, JsonNode? policy)
    {
        var text = policy is null ? null : JsonText.Of(policy);
        return policy is not null && wanted.IsAllowedBy(text) ? policy : JsonNode.Parse(wanted.AddTo(text)!)!;
    }

    private void AllowUse(EndpointUse use)
    {
        if (use == EndpointUse.Consume)
        {
            document.Allow("ConsumeFromQueues", Arn, Consuming);
            KmsPermissions.AllowDecrypting(document, Service, options.KmsKeyId);
        }
        else
        {
            document.Allow("PublishToQueues", Arn, Publishing);
            KmsPermissions.AllowEncrypting(document, Service, options.KmsKeyId);
        }

        AllowFinding(queue);
    }

    private void AllowFinding(string target)
    {
        if (!SqsQueue.IsUrl(target))
        {
            document.Allow("FindQueues", ArnOf(target), Finding);
            document.Place($"queue '{target}'", options.Region ?? (options.ServiceUrl is { } url ? SqsQueue.RegionOf(url) : null), null);
        }
    }

    private void DescribeDeadLetters(string? deadLetters, SqsTransportOptions ofQueue)
    {
        if (deadLetters is null)
        {
            return;
        }

        var described = Add(deadLetters, SqsTopology.DescribeDeadLetters(deadLetters, ofQueue));
        described.IsKept = true;
        foreach (var (attribute, value) in SqsTopology.DescribeNewDeadLetters())
        {
            described.SetDefaultText(attribute, value);
        }
    }

    private TopologyResource Add(string name, Dictionary<string, string> attributes)
    {
        var described = document.Add(new(IdOf(name), "AWS::SQS::Queue", $"Queue '{name}'", document.Report) { Arn = ArnOf(name) });
        described.Set("QueueName", name);
        foreach (var (attribute, value) in attributes)
        {
            described.SetText(attribute, value);
        }

        return described;
    }
}
