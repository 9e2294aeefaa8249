using Messaging.Kit.Routing;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.EventBridge.Tests;

public sealed class EventBridgeTransportOptionsTests
{
    [Fact]
    public void All_faults_are_reported_at_once()
    {
        var result = new EventBridgeTransportOptionsValidator().Validate(null, new EventBridgeTransportOptions
        {
            ServiceUrl = "http://elsewhere",
            Region = " ",
            ConnectTimeout = TimeSpan.Zero,
            Resources = [""],
            Topology = (TopologyMode)7,
            KmsKeyId = "",
            Archive = "no archive",
            ArchivePattern = EventPattern.Parse("""{"source":[{"exactly":"shop"}]}"""),
            ArchiveRetention = TimeSpan.FromHours(1),
        });

        Assert.Equal(9, result.Failures!.Count());
        Assert.All(result.Failures!, failure => Assert.StartsWith("EventBridge: ", failure, StringComparison.Ordinal));
        Assert.Single(new EventBridgeTransportOptionsValidator().Validate(null, new() { ArchiveRetention = TimeSpan.FromDays(3) }).Failures!);
        Assert.Single(new EventBridgeTransportOptionsValidator().Validate(null, new() { AllowReplays = true }).Failures!);
    }

    [Fact]
    public void Defaults_are_good() => Assert.True(new EventBridgeTransportOptionsValidator().Validate(null, new()).Succeeded);

    [Fact]
    public void All_faults_of_rules_are_reported_with_those_of_their_queue()
    {
        var queue = new SqsTransportOptions { WaitTime = TimeSpan.FromMinutes(1) };
        queue.SubscribeToEventBridge("shop", options =>
        {
            options.Name = "no rule";
            options.Pattern = EventPattern.Parse("""{"source":[{"exactly":"shop"}]}""");
            options.Topology = (TopologyMode)7;
            options.MessageGroupId = "";
            options.RedriveTo = "dead.fifo";
            options.RetryAttempts = 186;
            options.MaximumEventAge = TimeSpan.FromSeconds(1);
            options.InputPath = "$.detail";
            options.Transformer = InputTransformer.Parse(new Dictionary<string, string>(), "text");
        });
        queue.SubscribeToEventBridge("no bus");
        queue.SubscribeToEventBridge("crm").SubscribeToEventBridge("crm");
        queue.SubscribeToEventBridge("erp").SubscribeToEventBridge("erp", options => options.Name = "second");

        var failures = new SqsTransportOptionsValidator().Validate("shipping", queue).Failures!.ToList();

        Assert.Equal(11, failures.Count);
        Assert.Contains(failures, failure => failure.Contains("rule of bus 'crm': it is there 2 times", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"source":[{"exactly":"shop"}]}""")]
    [InlineData("""{"detail":{"total":[{"numeric":[">",6000000000]}]}}""")]
    public void Pattern_is_one_that_EventBridge_takes(string pattern)
    {
        var queue = new SqsTransportOptions().SubscribeToEventBridge("shop", options => options.Pattern = EventPattern.Parse(pattern));

        Assert.Single(new SqsTransportOptionsValidator().Validate("shipping", queue).Failures!);
    }

    [Fact]
    public void Configuration_is_read_and_what_it_cannot_say_is_a_fault()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Messaging:EventBridge:Region"] = "eu-west-1",
            ["Messaging:EventBridge:Archive"] = "everything",
            ["Messaging:EventBridge:ArchiveRetention"] = "30.00:00:00",
            ["Messaging:EventBridge:AllowReplays"] = "true",
            ["Messaging:EventBridge:Topology"] = "Validate",
        };
        var options = Read(settings);
        Assert.Equal(("eu-west-1", "everything", TimeSpan.FromDays(30), TopologyMode.Validate), (options.Region, options.Archive, options.ArchiveRetention, options.Topology));
        Assert.True(options.AllowReplays);

        settings["Messaging:EventBridge:Typo"] = "1";
        settings["Messaging:EventBridge:ArchiveRetention"] = "30";
        Assert.Equal(2, Assert.Throws<OptionsValidationException>(() => Read(settings)).Failures.Count());
    }

    private static EventBridgeTransportOptions Read(Dictionary<string, string?> settings)
    {
        var services = new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddEventBridgeTransport(_ => { });
        return services.BuildServiceProvider().GetRequiredService<IOptionsMonitor<EventBridgeTransportOptions>>().CurrentValue;
    }
}
