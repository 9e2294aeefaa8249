using Messaging.Kit.Routing;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Sns.Tests;

public sealed class SnsTransportOptionsTests
{
    private const string Wildcard = """{"type":[{"wildcard":"order.*"}]}""";

    [Fact]
    public void All_faults_are_reported_at_once()
    {
        var result = new SnsTransportOptionsValidator().Validate(null, new SnsTransportOptions
        {
            ServiceUrl = "http://elsewhere",
            Region = " ",
            ConnectTimeout = TimeSpan.Zero,
            AccountId = "1234",
            Subject = "two\nlines",
            Topology = (TopologyMode)7,
            MaximumMessageSize = 2_000_000,
            KmsKeyId = "",
        });

        Assert.Equal(8, result.Failures!.Count());
        Assert.All(result.Failures!, failure => Assert.StartsWith("SNS: ", failure, StringComparison.Ordinal));
    }

    [Fact]
    public void Defaults_are_good() => Assert.True(new SnsTransportOptionsValidator().Validate(null, new()).Succeeded);

    [Fact]
    public void All_faults_of_subscriptions_are_reported_with_those_of_their_queue()
    {
        var queue = new SqsTransportOptions { WaitTime = TimeSpan.FromMinutes(1) };
        queue.SubscribeToSns("orders", options =>
        {
            options.FilterPolicy = EventPattern.Parse(Wildcard);
            options.FilterScope = (SnsFilterScope)7;
            options.RedriveTo = "no queue";
            options.Topology = (TopologyMode)7;
        });
        queue.SubscribeToSns("no topic");
        queue.SubscribeToSns("orders");

        var failures = new SqsTransportOptionsValidator().Validate("shipping", queue).Failures!.ToList();

        Assert.Equal(7, failures.Count);
        Assert.Contains(failures, failure => failure.Contains($"FilterPolicy is '{Wildcard}': ", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.Contains("2 times", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Wildcard)]
    [InlineData("""{"data":{"total":[1]}}""")]
    [InlineData("""{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}""")]
    public void Filter_policy_is_one_that_SNS_takes(string policy)
    {
        var queue = new SqsTransportOptions().SubscribeToSns("orders", options => options.FilterPolicy = EventPattern.Parse(policy));

        Assert.Single(new SqsTransportOptionsValidator().Validate("shipping", queue).Failures!);
    }

    [Fact]
    public void Configuration_is_read_and_what_it_cannot_say_is_a_fault()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Messaging:Sns:Region"] = "eu-west-1",
            ["Messaging:Sns:AccountId"] = "123456789012",
            ["Messaging:Sns:Subject"] = "Orders",
            ["Messaging:Sns:MaximumMessageSize"] = "1048576",
            ["Messaging:Sns:HighThroughputFifo"] = "true",
            ["Messaging:Sns:Topology"] = "Validate",
        };
        var options = Read(settings);
        Assert.Equal(("eu-west-1", "123456789012", "Orders", 1048576, true), (options.Region, options.AccountId, options.Subject, options.MaximumMessageSize, options.HighThroughputFifo));
        Assert.Equal(TopologyMode.Validate, options.Topology);

        settings["Messaging:Sns:Typo"] = "1";
        settings["Messaging:Sns:Topology"] = "Perhaps";
        Assert.Equal(2, Assert.Throws<OptionsValidationException>(() => Read(settings)).Failures.Count());
    }

    private static SnsTransportOptions Read(Dictionary<string, string?> settings)
    {
        var services = new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddSnsTransport(_ => { });
        return services.BuildServiceProvider().GetRequiredService<IOptionsMonitor<SnsTransportOptions>>().CurrentValue;
    }
}
