using Messaging.Kit.Hosting;
using Messaging.Kit.Routing;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Aws.Tests.Topology;

/// <summary>What tools of others say of the documents.</summary>
public sealed class CheckedDocumentTests
{
    [Fact]
    public async Task The_template_has_no_findings()
    {
        using var host = ShopHost.Build(RegisterAll);
        await CheckingTools.AssertNoFindingsOfCfnLintAsync(host.Services.ExportCloudFormation());
    }

    [Theory]
    [InlineData(TopologyMode.None)]
    [InlineData(TopologyMode.Validate)]
    public async Task The_policy_has_no_findings(TopologyMode mode)
    {
        using var host = ShopHost.Build(RegisterAll, settings: ("Messaging:Topology", $"{mode}"));
        await CheckingTools.AssertNoFindingsOfParliamentAsync(host.Services.ExportIamPolicy("123456789012", "eu-west-1"));
    }

    private static void RegisterAll(MessagingBuilder kit)
    {
        ShopHost.RegisterAll(kit, "", _ => default);
        kit.Publish<int>("int", to => to.EventBridge("numbers", bus =>
        {
            (bus.Archive, bus.ArchiveRetention, bus.ArchivePattern) = ("all_Numbers", TimeSpan.FromDays(7), EventPattern.Parse("""{"source":["x"]}"""));
            (bus.AllowReplays, bus.KmsKeyId) = (true, "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab");
        }));
        kit.Publish<long>("long", to => to.Sns("longs.fifo", topic => (topic.HighThroughputFifo, topic.KmsKeyId, topic.MaximumMessageSize) = (true, "alias/longs", 2048)));
        kit.Publish<short>("short", to => to.EventBridge("default"));
        kit.Publish<byte>("byte", to => to.Sqs("https://sqs.eu-central-1.amazonaws.com/999999999999/bytes"));
        kit.Consume(from => from.Sqs("Audit_Log.fifo", queue =>
            {
                queue.KmsKeyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
                queue.SubscribeToSns("longs.fifo", subscription => (subscription.RawDelivery, subscription.RedriveTo) = (false, "audit-dead.fifo"));
                queue.SubscribeToEventBridge("default", rule =>
                {
                    (rule.Name, rule.Pattern, rule.MessageGroupId) = ("deployments", EventPattern.Parse("""{"source":["aws.codedeploy"]}"""), "all");
                    rule.Transformer = InputTransformer.Parse(new Dictionary<string, string> { ["type"] = "$.detail-type" }, """{"what":<type>}""");
                });
            }))
            .HandleRaw((_, _) => default);
    }
}
