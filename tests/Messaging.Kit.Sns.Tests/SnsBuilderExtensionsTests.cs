using Messaging.Kit.Messages;
using Messaging.Kit.Routing;
using Messaging.Kit.Sqs.Tests;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Sns.Tests;

public sealed class SnsBuilderExtensionsTests
{
    private const string Arn = "arn:aws:sns:eu-west-1:123456789012:orders.fifo";

    private readonly ServiceCollection _services = [];
    private readonly FakeSns _sns = new();

    [Fact]
    public void Destination_and_source_say_what_they_are()
    {
        var (destination, source) = (To(Arn), Builders.From(_services).Sns("orders", "shipping"));

        Assert.Equal(("aws.sns", "orders.fifo", Arn), (destination.Transport, destination.Name, destination.Address));
        Assert.Equal(("aws_sqs", "shipping"), (source.Transport, source.Name));
    }

    [Fact]
    public async Task Naming_a_topic_is_enough_to_send_to_it()
    {
        _sns.Add("physical");
        _services.AddSingleton<ISnsClient>(_sns);
        var destination = To("orders", options => options.Subject = "Orders");
        await using var provider = _services.BuildServiceProvider();
        await using var sender = destination.CreateSender("physical", provider);

        Assert.Empty(_sns.Calls);
        await sender.SendAsync(new(new Envelope("m1", "t", "1"u8.ToArray())), TestContext.Current.CancellationToken);

        Assert.Equal("Orders", Assert.Single(Assert.Single(_sns.Published)).Subject);
    }

    [Theory]
    [InlineData("orders", true)]
    [InlineData("orders.fifo", true)]
    [InlineData(Arn, true)]
    [InlineData("or ders", false)]
    [InlineData(".fifo", false)]
    [InlineData("arn:aws:sqs:eu-west-1:123456789012:orders", false)]
    [InlineData("arn:aws:sns:eu-west-1:orders", false)]
    public void Names_are_checked(string name, bool isGood) => Assert.Equal(isGood, !To("orders").Validate(name).Any());

    [Fact]
    public void Topics_of_different_accounts_and_clients_are_different_and_subjects_have_senders_of_their_own()
    {
        var same = To("orders").Identify("orders");

        Assert.Equal(same, To("orders").Identify("orders"));
        Assert.NotEqual(same, To("orders", options => options.AccountId = "123456789012").Identify("orders"));
        Assert.Equal(same, To("orders", options => options.Subject = "Orders").Identify("orders"));
        Assert.NotEqual(To("orders").IdentifySender("orders"), To("orders", options => options.Subject = "Orders").IdentifySender("orders"));
        Assert.NotEqual(same, To("orders", options => options.Client = _sns).Identify("orders"));
    }

    [Fact]
    public void Sources_that_are_fed_differently_are_seen_to_one_by_one_and_are_the_same_queue_to_dead_letters()
    {
        var from = Builders.From(_services);
        var (orders, refunds) = (from.Sns("orders", "shipping"), from.Sns("refunds", "shipping"));

        Assert.NotEqual(orders.Identify("shipping"), refunds.Identify("shipping"));
        Assert.True(Builders.To(_services).Sqs("shipping").MayBe("shipping", orders, "shipping"));
    }

    [Fact]
    public void Topic_is_no_place_for_the_dead_letters_of_a_queue_that_it_feeds()
    {
        var from = Builders.From(_services);

        Assert.True(To("orders").MayBe("orders", from.Sns("orders", "shipping"), "shipping"));
        Assert.False(To("refunds").MayBe("refunds", from.Sns("orders", "shipping"), "shipping"));
        Assert.True(To("orders").MayBe("orders", from.Sns("orders", "shipping", options => options.FilterPolicy = EventPattern.Parse("""{"type":["a"]}""")), "shipping"));
        Assert.True(To("orders").MayBe("orders", from.Sns("orders", "shipping", options => options.Filter = EventPattern.Parse("""{"detail-type":["a"]}""")), "shipping"));
    }

    [Fact]
    public async Task Account_and_region_make_an_ARN_without_a_call()
    {
        _services.AddSnsTransport(options => (options.Region, options.AccountId) = ("cn-north-1", "123456789012"));
        await using var provider = _services.AddSingleton(new Amazon.Extensions.NETCore.Setup.AWSOptions { Credentials = new Amazon.Runtime.BasicAWSCredentials("a", "b") }).BuildServiceProvider();
        var topic = new SnsRegistration("", null).Open("orders", provider);

        Assert.Equal("arn:aws-cn:sns:cn-north-1:123456789012:orders", await topic.GetArnAsync(TestContext.Current.CancellationToken));
        Assert.Same(topic, new SnsRegistration("", null).Open("orders", provider));
    }

    private TransportDestination To(string topic, Action<SnsTransportOptions>? configure = null) => Builders.To(_services).Sns(topic, configure);
}
