using System.Text.Json.Nodes;
using Amazon.SQS;
using Messaging.Kit.EventBridge;
using Messaging.Kit.Hosting;
using Messaging.Kit.Messages;
using Messaging.Kit.Routing;
using Messaging.Kit.Sns;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Aws.Tests.Topology;

public sealed class TopologyExportTests
{
    private const string Account = "123456789012";
    private const string Region = "eu-west-1";

    [Fact]
    public void Same_registrations_give_the_same_text()
    {
        Assert.Equal(Export(), Export());

        static string Export()
        {
            using var host = ShopHost.Build(kit => ShopHost.RegisterAll(kit, "", _ => default));
            return host.Services.ExportCloudFormation();
        }
    }

    [Fact]
    public void Nothing_is_called_and_no_client_is_made()
    {
        using var host = ShopHost.Build(
            kit => ShopHost.RegisterAll(kit, "", _ => default),
            builder => builder.Services
                .AddSingleton<IAmazonSQS>(_ => throw new InvalidOperationException("A client of SQS has been asked for."))
                .AddSingleton<ISnsClient>(_ => throw new InvalidOperationException("A client of SNS has been asked for."))
                .AddSingleton<IEventBridgeClient>(_ => throw new InvalidOperationException("A client of EventBridge has been asked for.")));

        Assert.NotEmpty(host.Services.ExportCloudFormation());
        Assert.NotEmpty(host.Services.ExportIamPolicy(Account, Region));
    }

    [Fact]
    public void All_that_is_registered_is_in_the_template_once()
    {
        var resources = Resources(kit => ShopHost.RegisterAll(kit, "", _ => default));

        Assert.Equal(
            [
                "BillingQueue", "BillingQueuePolicy", "OrdersToShippingSubscription", "OrdersTopic", "ShippingAbandonedQueue", "ShippingDeadQueue",
                "ShippingQueue", "ShippingQueuePolicy", "ShopBus", "ShopToBillingRule", "StockDeadFifoQueue", "StockFifoQueue", "UndeliveredQueue",
                "UndeliveredQueuePolicy", "HostPolicy",
            ],
            resources.Select(resource => resource.Key));
        AssertJson(
            """
            {
              "QueueName": "shipping",
              "MessageRetentionPeriod": 172800,
              "RedrivePolicy": { "deadLetterTargetArn": { "Fn::GetAtt": ["ShippingAbandonedQueue", "Arn"] }, "maxReceiveCount": "10" }
            }
            """,
            resources["ShippingQueue"]!["Properties"]);
        AssertJson(
            """
            {
              "TopicArn": { "Fn::GetAtt": ["OrdersTopic", "TopicArn"] },
              "Protocol": "sqs",
              "Endpoint": { "Fn::GetAtt": ["ShippingQueue", "Arn"] },
              "RawMessageDelivery": true,
              "FilterPolicyScope": "MessageAttributes",
              "FilterPolicy": { "type": ["order.placed"] },
              "RedrivePolicy": { "deadLetterTargetArn": { "Fn::GetAtt": ["UndeliveredQueue", "Arn"] } }
            }
            """,
            resources["OrdersToShippingSubscription"]!["Properties"]);
        AssertJson(
            """
            {
              "Name": "billing",
              "EventBusName": "shop",
              "EventPattern": { "detail-type": ["order.paid"] },
              "Description": "Feeds queue billing.",
              "Targets": [{
                "Id": "billing",
                "Arn": { "Fn::GetAtt": ["BillingQueue", "Arn"] },
                "DeadLetterConfig": { "Arn": { "Fn::GetAtt": ["UndeliveredQueue", "Arn"] } },
                "RetryPolicy": { "MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 120 }
              }]
            }
            """,
            resources["ShopToBillingRule"]!["Properties"]);

        // Two registrations speak of the FIFO queue, each with options of its own.
        AssertJson(
            """{ "QueueName": "stock.fifo", "FifoQueue": true, "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId" }""",
            resources["StockFifoQueue"]!["Properties"]);
    }

    [Fact]
    public void Queue_has_one_policy_for_all_that_feed_it_and_they_wait_for_it()
    {
        var resources = Resources(kit => ShopHost.RegisterAll(kit, "", _ => default));

        var statements = resources["UndeliveredQueuePolicy"]!["Properties"]!["PolicyDocument"]!["Statement"]!.AsArray();
        AssertJson("""{ "Fn::GetAtt": ["OrdersTopic", "TopicArn"] }""", statements[0]!["Condition"]!["ArnEquals"]!["aws:SourceArn"]);
        AssertJson(
            """{ "Fn::Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/shop/billing" }""",
            statements[1]!["Condition"]!["ArnEquals"]!["aws:SourceArn"]);
        Assert.Equal(2, statements.Count);
        AssertJson("""["ShippingQueuePolicy", "UndeliveredQueuePolicy"]""", resources["OrdersToShippingSubscription"]!["DependsOn"]);
        AssertJson("""["BillingQueuePolicy", "ShopBus", "UndeliveredQueuePolicy"]""", resources["ShopToBillingRule"]!["DependsOn"]);
    }

    [Fact]
    public void Dead_letters_and_archives_stay_when_the_stack_goes()
    {
        var resources = Resources(kit =>
        {
            ShopHost.RegisterAll(kit, "", _ => default);
            kit.Publish<int>("number", to => to.EventBridge("numbers", bus => (bus.Archive, bus.ArchiveRetention, bus.ArchivePattern) = ("all", TimeSpan.FromDays(7), EventPattern.Parse("""{"source":["x"]}"""))));
        });

        Assert.Equal(
            ["AllArchive", "ShippingAbandonedQueue", "ShippingDeadQueue", "StockDeadFifoQueue", "UndeliveredQueue"],
            resources.Where(resource => (string?)resource.Value!["DeletionPolicy"] == "RetainExceptOnCreate").Select(resource => resource.Key));
        AssertJson(
            """{ "ArchiveName": "all", "SourceArn": { "Fn::GetAtt": ["NumbersBus", "Arn"] }, "EventPattern": { "source": ["x"] }, "RetentionDays": 7 }""",
            resources["AllArchive"]!["Properties"]);
    }

    [Fact]
    public void Every_attribute_of_queues_and_topics_has_its_property()
    {
        var resources = Resources(kit =>
        {
            kit.Publish<int>("number", to => to.Sqs("numbers.fifo", queue =>
            {
                (queue.HighThroughputFifo, queue.ContentBasedDeduplication) = (true, true);
                (queue.Retention, queue.Delay) = (TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(7));
                (queue.KmsKeyId, queue.RedriveTo, queue.MaxReceiveCount) = ("alias/numbers", "numbers-dead.fifo", 3);
            }));
            kit.Publish<long>("long", to => to.Sns("longs.fifo", topic => (topic.HighThroughputFifo, topic.KmsKeyId, topic.MaximumMessageSize) = (true, "alias/longs", 2048)));
        });

        AssertJson(
            """
            {
              "QueueName": "numbers.fifo", "FifoQueue": true, "KmsMasterKeyId": "alias/numbers", "DeduplicationScope": "messageGroup",
              "FifoThroughputLimit": "perMessageGroupId", "ContentBasedDeduplication": true, "MessageRetentionPeriod": 300, "DelaySeconds": 7,
              "RedrivePolicy": { "deadLetterTargetArn": { "Fn::GetAtt": ["NumbersDeadFifoQueue", "Arn"] }, "maxReceiveCount": "3" }
            }
            """,
            resources["NumbersFifoQueue"]!["Properties"]);
        AssertJson(
            """{ "QueueName": "numbers-dead.fifo", "FifoQueue": true, "KmsMasterKeyId": "alias/numbers", "MessageRetentionPeriod": 1209600 }""",
            resources["NumbersDeadFifoQueue"]!["Properties"]);
        AssertJson(
            """{ "TopicName": "longs.fifo", "FifoTopic": true, "FifoThroughputScope": "MessageGroup", "KmsMasterKeyId": "alias/longs", "MaximumMessageSize": 2048 }""",
            resources["LongsFifoTopic"]!["Properties"]);
    }

    [Fact]
    public void What_a_dead_letter_queue_says_of_itself_goes_before_the_long_retention()
    {
        var resources = Resources(kit =>
        {
            kit.Publish<int>("number", to => to.Sqs("numbers", queue => queue.RedriveTo = "dead"));
            kit.Publish<long>("long", to => to.Sqs("dead", queue => queue.Retention = TimeSpan.FromDays(3)));
        });

        Assert.Equal(259200, (int)resources["DeadQueue"]!["Properties"]!["MessageRetentionPeriod"]!);
    }

    [Fact]
    public void Rule_that_feeds_two_queues_has_two_targets()
    {
        var resources = Resources(kit =>
        {
            foreach (var queue in new[] { "a", "b" })
            {
                kit.Consume(from => from.EventBridge("shop", queue, rule => (rule.Name, rule.InputPath) = ("all", "$.detail"))).HandleRaw((_, _) => default);
            }
        });

        var rule = resources["ShopToAllRule"]!["Properties"]!;
        Assert.Equal(["a", "b"], rule["Targets"]!.AsArray().Select(target => (string)target!["Id"]!));
        AssertJson("""{ "source": [{ "prefix": "" }] }""", rule["EventPattern"]);
    }

    [Fact]
    public void What_is_somebody_elses_is_referred_to_and_not_created()
    {
        using var host = ShopHost.Build(kit =>
        {
            kit.Publish<int>("int", to => to.Sqs("https://sqs.eu-central-1.amazonaws.com/999999999999/ints"));
            kit.Publish<long>("long", to => to.Sns("arn:aws:sns:eu-central-1:999999999999:longs"));
            kit.Publish<byte>("byte", to => to.EventBridge("arn:aws:events:eu-central-1:999999999999:event-bus/bytes"));
            kit.Publish<char>("char", to => to.Sqs("chars", queue => queue.Topology = TopologyMode.None));
            kit.Publish<short>("short", to => to.EventBridge("default"));
            kit.Consume(from => from.Sns("orders", "shipping", subscription => subscription.Topic = topic => topic.Topology = TopologyMode.None)).HandleRaw((_, _) => default);
        });

        var resources = JsonNode.Parse(host.Services.ExportCloudFormation(withPolicy: false))!["Resources"]!.AsObject();
        Assert.Equal(["OrdersToShippingSubscription", "ShippingQueue", "ShippingQueuePolicy"], resources.Select(resource => resource.Key));
        AssertJson("""{ "Fn::Sub": "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:orders" }""", resources["OrdersToShippingSubscription"]!["Properties"]!["TopicArn"]);

        var statements = Statements(host.Services.ExportIamPolicy(Account, Region));
        AssertJson("""["arn:aws:sqs:eu-west-1:123456789012:chars", "arn:aws:sqs:eu-central-1:999999999999:ints"]""", statements["PublishToQueues"]["Resource"]);
        AssertJson("""["arn:aws:sqs:eu-west-1:123456789012:chars", "arn:aws:sqs:eu-west-1:123456789012:shipping"]""", statements["FindQueues"]["Resource"]);
        AssertJson("""["arn:aws:sns:eu-central-1:999999999999:longs"]""", statements["PublishToTopics"]["Resource"]);
        AssertJson(
            """["arn:aws:events:eu-west-1:123456789012:event-bus/default", "arn:aws:events:eu-central-1:999999999999:event-bus/bytes"]""",
            statements["PublishToBuses"]["Resource"]);
        AssertJson("""["arn:aws:events:eu-central-1:999999999999:event-bus/bytes"]""", statements["FindBuses"]["Resource"]);
        Assert.DoesNotContain("FindTopics", statements.Keys);
    }

    [Theory]
    [InlineData(false, null, false)]
    [InlineData(true, null, true)]
    [InlineData(true, "eu-west-1", false)]
    public void Topics_are_looked_up_by_clients_that_do_not_say_what_they_reach(bool isRegistered, string? region, bool isLookedUp)
    {
        using var host = ShopHost.Build(
            kit =>
            {
                kit.UseSns(options => (options.AccountId, options.Region) = (Account, region));
                kit.Publish<int>("int", to => to.Sns("ints"));
            },
            builder =>
            {
                if (isRegistered)
                {
                    builder.Services.AddSingleton<ISnsClient>(_ => throw new InvalidOperationException("A client of SNS has been asked for."));
                }
            });

        Assert.Equal(isLookedUp, Statements(host.Services.ExportIamPolicy(Account, Region)).ContainsKey("FindTopics"));
    }

    [Fact]
    public void Rule_of_the_default_bus_has_no_bus_in_its_ARN()
    {
        var resources = Resources(kit => kit.Consume(from => from.EventBridge("default", "q", rule => rule.Pattern = EventPattern.Parse("""{"source":["x"]}"""))).HandleRaw((_, _) => default));

        Assert.DoesNotContain("AWS::Events::EventBus", resources.Select(resource => (string)resource.Value!["Type"]!));
        AssertJson(
            """{ "Fn::Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/q" }""",
            resources["QQueuePolicy"]!["Properties"]!["PolicyDocument"]!["Statement"]![0]!["Condition"]!["ArnEquals"]!["aws:SourceArn"]);
    }

    [Fact]
    public void Patterns_as_deep_as_they_may_be_are_in_the_template()
    {
        const int Levels = 90;
        var below = string.Concat(Enumerable.Repeat("""{"a":""", Levels)) + "[1]" + new string('}', Levels);
        var pattern = EventPattern.Parse($$"""{"detail":{{below}}}""");
        using var host = ShopHost.Build(kit =>
        {
            kit.UseEventBridge(bus => (bus.Archive, bus.ArchivePattern) = ("all", pattern));
            kit.Consume(from => from.EventBridge("shop", "billing", rule => rule.Pattern = pattern)).HandleRaw((_, _) => default);
            kit.Consume(from => from.Sns("orders", "shipping", subscription => subscription.Filter = pattern)).HandleRaw((_, _) => default);
        });

        var resources = JsonNode.Parse(host.Services.ExportCloudFormation(), documentOptions: new() { MaxDepth = 1_000 })!["Resources"]!;

        Assert.Equal(pattern.Json, resources["ShopToBillingRule"]!["Properties"]!["EventPattern"]!.ToJsonString());
        Assert.Equal(pattern.Json, resources["AllArchive"]!["Properties"]!["EventPattern"]!.ToJsonString());
        Assert.Equal($$"""{"data":{{below}}}""", resources["OrdersToShippingSubscription"]!["Properties"]!["FilterPolicy"]!.ToJsonString());
        Assert.True(JsonText.IsSame(pattern.Json, $" {pattern.Json} "));
    }

    [Theory]
    [InlineData("aws.partner/example.com/shop", """{ "Fn::Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/aws.partner/example.com/shop/q" }""")]
    [InlineData("arn:aws:events:eu-west-1:123456789012:event-bus/aws.partner/example.com/shop", "\"arn:aws:events:eu-west-1:123456789012:rule/aws.partner/example.com/shop/q\"")]
    public void Rule_of_a_partners_bus_has_all_of_its_name_in_its_ARN_and_the_bus_is_not_created(string bus, string rule)
    {
        var resources = Resources(kit => kit.Consume(from => from.EventBridge(bus, "q")).HandleRaw((_, _) => default));

        Assert.DoesNotContain("AWS::Events::EventBus", resources.Select(resource => (string)resource.Value!["Type"]!));
        Assert.Equal(bus, (string)resources.Single(resource => (string)resource.Value!["Type"]! == "AWS::Events::Rule").Value!["Properties"]!["EventBusName"]!);
        AssertJson(rule, resources["QQueuePolicy"]!["Properties"]!["PolicyDocument"]!["Statement"]![0]!["Condition"]!["ArnEquals"]!["aws:SourceArn"]);
    }

    [Fact]
    public void Physical_names_are_what_is_exported()
    {
        using var host = ShopHost.Build(
            kit => kit.Publish<int>("number", to => to.Sqs("numbers", queue => queue.RedriveTo = "dead")),
            settings: [("Messaging:Names:numbers", "prod-numbers"), ("Messaging:Names:dead", "prod-dead")]);

        Assert.Equal(["ProdDeadQueue", "ProdNumbersQueue"], JsonNode.Parse(host.Services.ExportCloudFormation(withPolicy: false))!["Resources"]!.AsObject().Select(resource => resource.Key));
    }

    [Fact]
    public void Physical_names_of_what_feeds_queues_are_checked_as_well()
    {
        using var host = ShopHost.Build(
            kit =>
            {
                kit.Consume(from => from.Sns("orders", "shipping", subscription => subscription.RedriveTo = "undelivered")).HandleRaw((_, _) => default);
                kit.Consume(from => from.EventBridge("shop", "billing", rule => rule.RedriveTo = "undelivered")).HandleRaw((_, _) => default);
            },
            settings:
            [
                ("Messaging:Names:orders", "no topic"), ("Messaging:Names:shop", "no bus"), ("Messaging:Names:undelivered", "https://sqs.eu-west-1.amazonaws.com/123456789012/undelivered"),
            ]);

        var message = Assert.Throws<MessagingException>(() => host.Services.ExportCloudFormation()).Message;

        string[] expected =
        [
            "Queue 'shipping', subscription to topic 'orders': 'no topic' cannot be a topic.",
            "Queue 'shipping', subscription to topic 'orders': RedriveTo is 'https://",
            "Queue 'billing', rule of bus 'shop': 'no bus' cannot be a bus.",
            "Queue 'billing', rule of bus 'shop': RedriveTo is 'https://",
        ];
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.Equal(expected.Length + 1, message.Split('\n').Length);
    }

    [Fact]
    public void Physical_name_of_a_rule_s_dead_letters_is_no_fifo_queue_either()
    {
        using var host = ShopHost.Build(
            kit => kit.Consume(from => from.EventBridge("shop", "billing", rule => rule.RedriveTo = "undelivered")).HandleRaw((_, _) => default),
            settings: [("Messaging:Names:undelivered", "undelivered.fifo")]);

        Assert.Contains("cannot be a FIFO queue here", Assert.Throws<MessagingException>(() => host.Services.ExportCloudFormation()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_does_not_go_together_is_said_at_once()
    {
        using var host = ShopHost.Build(kit =>
        {
            kit.Publish<int>("int", to => to.Sqs("numbers", queue => (queue.Retention, queue.Region) = (TimeSpan.FromDays(1), "eu-west-1")));
            kit.Publish<long>("long", to => to.Sqs("numbers", queue => (queue.Retention, queue.Region) = (TimeSpan.FromDays(2), "eu-west-2")));
            kit.Publish<short>("short", to => to.Sqs("shorts", queue => queue.WaitTime = TimeSpan.FromDays(1)));
            kit.Publish<byte>("byte", to => to.Sns("bytes", topic => topic.HighThroughputFifo = true));
            kit.Consume(from => from.Sns("orders", "shipping.fifo")).HandleRaw((_, _) => default);
            kit.Consume(from => from.EventBridge("default", "billing")).HandleRaw((_, _) => default);
            kit.Consume(from => from.EventBridge("shop", "https://sqs.eu-west-1.amazonaws.com/999999999999/theirs")).HandleRaw((_, _) => default);
        });

        var message = Assert.Throws<MessagingException>(() => host.Services.ExportCloudFormation()).Message;

        string[] expected =
        [
            "Queue 'numbers' is to have MessageRetentionPeriod 86400 by one registration, and 172800 by another.",
            "queue 'numbers' is in the region eu-west-1, and queue 'numbers' in eu-west-2.",
            "SQS queue 'shorts' (",
            "Topic 'bytes' is to have high FIFO throughput",
            "The FIFO queue 'shipping.fifo' cannot be subscribed to 'orders'",
            "Queue 'billing' is to get all events of the bus 'default'",
            "Queue 'theirs' is somebody else's, and only who creates it can let rule 'theirs' send to it.",
        ];
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.Equal(expected.Length + 1, message.Split('\n').Length);
    }

    [Fact]
    public void Wrong_names_are_said_as_at_start()
    {
        using var host = ShopHost.Build(kit => kit.Publish<int>("int", to => to.Sqs("no queue")));

        Assert.Contains("'no queue' cannot be a queue", Assert.Throws<MessagingException>(() => host.Services.ExportCloudFormation()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Policy_is_for_the_region_and_account_in_which_things_are()
    {
        using var host = ShopHost.Build(kit => kit.Publish<int>("int", to => to.Sns("ints", topic => (topic.AccountId, topic.Region) = ("999999999999", "eu-west-2"))));

        var message = Assert.Throws<MessagingException>(() => host.Services.ExportIamPolicy(Account, Region)).Message;

        Assert.Contains("the policy is in the region eu-west-1, and topic 'ints' in eu-west-2", message, StringComparison.Ordinal);
        Assert.Contains("the policy is in the account 123456789012, and topic 'ints' in 999999999999", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => host.Services.ExportIamPolicy("12", Region));
        Assert.Contains("arn:aws-cn:sns:cn-north-1:", ShopHost.Build(kit => kit.Publish<int>("int", to => to.Sns("ints"))).Services.ExportIamPolicy(Account, "cn-north-1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_of_AWS_is_said_to_be_nothing()
    {
        using var host = ShopHost.Build(kit => kit.Publish<int>("int", to => to.InMemory("ints")));

        Assert.StartsWith("There is nothing to export", Assert.Throws<MessagingException>(() => host.Services.ExportCloudFormation()).Message, StringComparison.Ordinal);
        Assert.StartsWith("There is nothing to allow", Assert.Throws<MessagingException>(() => host.Services.ExportIamPolicy(Account, Region)).Message, StringComparison.Ordinal);
        using var services = new ServiceCollection().BuildServiceProvider();
        Assert.Contains("call AddMessaging", Assert.Throws<MessagingException>(() => services.ExportCloudFormation()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Topic_of_a_known_account_is_not_looked_for()
    {
        using var host = ShopHost.Build(kit => kit.Publish<int>("int", to => to.Sns("ints", topic => topic.AccountId = Account)));

        Assert.Equal(["PublishToTopics"], Statements(host.Services.ExportIamPolicy(Account, Region)).Keys);
    }

    [Theory]
    [InlineData("1234-key", """["arn:aws:kms:eu-west-1:123456789012:key/1234-key"]""", "ByKey")]
    [InlineData("arn:aws:kms:eu-west-1:999999999999:key/1234", """["arn:aws:kms:eu-west-1:999999999999:key/1234"]""", "ByKey")]
    [InlineData("alias/shop", """["arn:aws:kms:eu-west-1:123456789012:key/*"]""", "BySqs")]
    [InlineData("arn:aws:kms:eu-west-1:999999999999:alias/shop", """["arn:aws:kms:eu-west-1:999999999999:key/*"]""", "BySqs")]
    [InlineData("alias/aws/sqs", null, null)]
    public void Keys_are_allowed_as_services_use_them(string key, string? resource, string? purpose)
    {
        using var host = ShopHost.Build(kit =>
        {
            kit.UseSqs(options => options.KmsKeyId = key);
            kit.Publish<int>("int", to => to.Sqs("out"));
            kit.Consume(from => from.Sqs("in")).HandleRaw((_, _) => default);
        });

        var statements = Statements(host.Services.ExportIamPolicy(Account, Region));

        Assert.Equal(resource is null ? [] : [$"Decrypt{purpose}", $"Encrypt{purpose}"], statements.Keys.Where(sid => sid.Contains("crypt", StringComparison.Ordinal)));
        if (resource is not null)
        {
            AssertJson(resource, statements[$"Encrypt{purpose}"]["Resource"]);
            AssertJson("""["kms:Decrypt", "kms:GenerateDataKey"]""", statements[$"Encrypt{purpose}"]["Action"]);
            AssertJson("""["kms:Decrypt"]""", statements[$"Decrypt{purpose}"]["Action"]);
            AssertJson(purpose == "BySqs" ? """{ "StringLike": { "kms:ViaService": "sqs.*" } }""" : "null", statements[$"Encrypt{purpose}"]["Condition"]);
        }
    }

    [Fact]
    public void Replays_are_allowed_where_they_are_asked_for()
    {
        using var host = ShopHost.Build(kit => kit.Publish<int>("int", to => to.EventBridge("shop", bus => (bus.Archive, bus.AllowReplays) = ("all", true))));

        var statements = Statements(host.Services.ExportIamPolicy(Account, Region));

        AssertJson("""["arn:aws:events:eu-west-1:123456789012:archive/all"]""", statements["FindArchives"]["Resource"]);
        AssertJson("""["arn:aws:events:eu-west-1:123456789012:rule/shop/*"]""", statements["FindRules"]["Resource"]);
        AssertJson(
            """
            ["arn:aws:events:eu-west-1:123456789012:archive/all", "arn:aws:events:eu-west-1:123456789012:event-bus/shop", "arn:aws:events:eu-west-1:123456789012:replay/all-*"]
            """,
            statements["StartReplays"]["Resource"]);
        AssertJson("""["arn:aws:events:eu-west-1:123456789012:replay/all-*"]""", statements["FollowReplays"]["Resource"]);
    }

    private static JsonObject Resources(Action<MessagingBuilder> configure)
    {
        using var host = ShopHost.Build(configure);
        return JsonNode.Parse(host.Services.ExportCloudFormation())!["Resources"]!.AsObject();
    }

    private static Dictionary<string, JsonObject> Statements(string policy) =>
        JsonNode.Parse(policy)!["Statement"]!.AsArray().ToDictionary(statement => (string)statement!["Sid"]!, statement => statement!.AsObject());

    private static void AssertJson(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"Expected {expected}{Environment.NewLine}but found {actual?.ToJsonString() ?? "nothing"}");
}
