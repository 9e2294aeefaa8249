using System.Text.Json.Nodes;
using Messaging.Kit.Aws;
using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;

namespace Messaging.Kit.EventBridge;

/// <summary>What a bus is to be and what the host must be allowed to do with it, written into a document; EventBridge is not asked.</summary>
/// <param name="document">Where to.</param>
/// <param name="bus">The bus's physical name or ARN.</param>
/// <param name="options">What is said of the bus.</param>
/// <param name="said">What the bus's own registration says of its topology.</param>
internal sealed class EventBridgeDescription(TopologyDocument document, string bus, EventBridgeTransportOptions options, TopologyMode? said)
{
    private const string Service = EventBridgeServiceClient.Host;

    private static readonly string[] Publishing = ["events:PutEvents"];
    private static readonly string[] Finding = ["events:DescribeEventBus"];
    private static readonly string[] ReadingRules = ["events:DescribeRule", "events:ListTargetsByRule"];
    private static readonly string[] ReadingArchives = ["events:DescribeArchive"];
    private static readonly string[] FindingRules = ["events:DescribeRule"];
    private static readonly string[] StartingReplays = ["events:StartReplay"];
    private static readonly string[] FollowingReplays = ["events:DescribeReplay"];

    private readonly string _name = EventBridgeConnection.NameOf(bus);
    private readonly string _arn = EventBridgeConnection.IsArn(bus) ? bus : AwsArn.Of(Service, $"event-bus/{bus}");

    private bool IsDefault => EventBridgeConnection.IsDefaultName(_name);

    private bool IsCreated => EventBridgeConnection.MayCreate(bus) && TopologyDocument.IsOwn(said);

    private string BusId => LogicalId.Of("Bus", _name);

    /// <summary>Describes the bus and its archive.</summary>
    public void Describe()
    {
        if (IsCreated)
        {
            Say(
                document.Add(new(BusId, "AWS::Events::EventBus", $"Bus '{_name}'", document.Report) { Arn = _arn }),
                new CreateEventBusRequest(_name, null, options.KmsKeyId, null).ToJson());
        }

        if (options.Archive is not { } archive)
        {
            return;
        }

        if (TopologyDocument.IsOwn(said))
        {
            var described = document.Add(new(LogicalId.Of("Archive", archive), "AWS::Events::Archive", $"Archive '{archive}'", document.Report) { IsKept = true });
            Say(described, new CreateArchiveRequest(EventBridgeTopology.Describe(archive, _arn, options)).ToJson());
        }

        if (options.AllowReplays)
        {
            document.Allow("FindArchives", ArchiveArn(archive), ReadingArchives);
            document.Allow("FindRules", RuleArn("*"), FindingRules);
            foreach (var part in new[] { ArchiveArn(archive), _arn, ReplaysArn(archive) })
            {
                document.Allow("StartReplays", part, StartingReplays);
            }

            document.Allow("FollowReplays", ReplaysArn(archive), FollowingReplays);
        }
    }

    /// <summary>Describes a rule that feeds a queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="rule">What is said of the rule.</param>
    /// <param name="deadLetters">The physical name of the queue for what cannot be delivered, if any.</param>
    public void Feed(SqsDescription queue, EventBridgeRuleOptions rule, string? deadLetters)
    {
        foreach (var fault in EventBridgeRuleTopology.FaultsOf(_name, queue.Name, deadLetters, rule))
        {
            document.Report(fault);
        }

        var name = EventBridgeRuleTopology.NameOf(queue.Name, rule);
        var described = document.Add(new(LogicalId.Of("Rule", bus, name), "AWS::Events::Rule", $"Rule '{name}' of bus '{_name}'", document.Report));
        Say(described, new PutRuleRequest(EventBridgeRuleTopology.Describe(bus, queue.Name, rule), null).ToJson());
        var target = EventBridgeRuleTopology.Describe(queue.Name, queue.Arn, deadLetters is null ? null : SqsDescription.ArnOf(deadLetters), rule);
        described.Change("Targets", found => AddTarget(found, new PutTargetsRequest(bus, name, [target]).ToJson()["Targets"]![0]!));
        if (IsCreated)
        {
            described.After.Add(BusId);
        }

        queue.LetSend(EventBridgeRuleTopology.Sender, $"rule '{name}'", RuleArn(name), deadLetters, described);
    }

    /// <summary>Allows what publishing takes: the sender looks whether there is such a bus.</summary>
    public void AllowPublishing()
    {
        document.Allow("PublishToBuses", _arn, Publishing);
        if (!IsDefault)
        {
            AllowFinding();
        }

        Place();
    }

    /// <summary>Allows what comparing the bus and its archive takes.</summary>
    public void AllowReading()
    {
        AllowFinding();
        Place();
        if (options.Archive is { } archive)
        {
            document.Allow("CompareArchives", ArchiveArn(archive), ReadingArchives);
        }
    }

    /// <summary>Allows what comparing a rule takes.</summary>
    /// <param name="queue">The physical name of the queue that it feeds.</param>
    /// <param name="rule">What is said of the rule.</param>
    public void AllowReadingRule(string queue, EventBridgeRuleOptions rule) =>
        document.Allow("CompareRules", RuleArn(EventBridgeRuleTopology.NameOf(queue, rule)), ReadingRules);

    // CloudFormation calls nearly everything as the service does.
    private static void Say(TopologyResource described, JsonObject request)
    {
        foreach (var (property, value) in request)
        {
            switch (property)
            {
                case "EventPattern":
                    described.Set(property, JsonText.Read((string)value!));
                    break;
                case "EventSourceArn":
                    described.Set("SourceArn", value!.DeepClone());
                    break;
                case "Description":
                    described.SetDefaultText(property, (string)value!);
                    break;
                default:
                    described.Set(property, value!.DeepClone());
                    break;
            }
        }
    }

    // A rule can feed several queues.
    private static JsonArray AddTarget(JsonNode? found, JsonNode target)
    {
        var targets = found as JsonArray ?? [];
        if (!targets.Any(known => JsonNode.DeepEquals(known, target)))
        {
            targets.Add(target.DeepClone());
        }

        return targets;
    }

    private void AllowFinding() => document.Allow("FindBuses", _arn, Finding);

    private void Place()
    {
        if (!EventBridgeConnection.IsArn(bus))
        {
            document.Place($"bus '{bus}'", options.Region ?? (options.ServiceUrl is { } url ? AwsEndpoint.RegionOf(url, Service) : null), null);
        }
    }

    private string RuleArn(string rule) => AwsArn.Beside(_arn, IsDefault ? $"rule/{rule}" : $"rule/{_name}/{rule}");

    private string ArchiveArn(string archive) => AwsArn.Beside(_arn, $"archive/{archive}");

    // The names that EventBridgeReplays gives.
    private string ReplaysArn(string archive) => AwsArn.Beside(_arn, $"replay/{archive}-*");
}
