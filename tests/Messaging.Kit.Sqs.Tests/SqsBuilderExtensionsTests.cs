using Amazon.SQS;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Sqs.Tests;

public sealed class SqsBuilderExtensionsTests : IDisposable
{
    private readonly FakeSqs _sqs = new();
    private readonly ServiceCollection _services = [];

    public void Dispose() => _sqs.Dispose();

    [Fact]
    public void Destination_and_source_say_what_they_are()
    {
        var (destination, source) = (To("orders"), From("orders.fifo"));

        Assert.Equal(("aws_sqs", "orders"), (destination.Transport, destination.Name));
        Assert.Equal(("aws_sqs", "orders.fifo"), (source.Transport, source.Name));
    }

    [Fact]
    public async Task Naming_a_queue_is_enough_to_send_to_it_and_receive_from_it()
    {
        var (destination, source) = (To("orders"), From("orders"));
        _services.AddSingleton<IAmazonSQS>(_sqs.Client);
        await using var provider = _services.BuildServiceProvider();

        await using var sender = destination.CreateSender("shipping", provider);
        await using var receiver = source.CreateReceiver("shipping", provider);
        Assert.Empty(_sqs.Actions());
        await sender.SendAsync(new(new Messages.Envelope("m1", "t", "1"u8.ToArray())), Token);
        await receiver.ReceiveAsync(1, Token);

        Assert.Equal($"http://localhost/{FakeSqs.Account}/shipping", _sqs.Request("SendMessageBatch")["QueueUrl"]!.GetValue<string>());
        Assert.Equal($"http://localhost/{FakeSqs.Account}/shipping", _sqs.Request("ReceiveMessage")["QueueUrl"]!.GetValue<string>());
    }

    [Fact]
    public async Task Receiver_has_the_options_of_its_queue()
    {
        _services.AddSqsTransport(options => options.Client = _sqs.Client);
        var source = From("orders", options => options.VisibilityTimeout = TimeSpan.FromMinutes(2));
        await using var provider = _services.BuildServiceProvider();

        await using var receiver = source.CreateReceiver("orders", provider);

        Assert.Equal(TimeSpan.FromMinutes(2), Assert.IsAssignableFrom<ILeaseRenewer>(receiver).LeaseDuration);
    }

    [Fact]
    public void Client_that_gives_up_before_the_wait_is_over_is_refused()
    {
        using var client = new AmazonSQSClient(new Amazon.Runtime.BasicAWSCredentials("a", "b"), new AmazonSQSConfig { ServiceURL = "http://localhost", Timeout = TimeSpan.FromSeconds(10) });
        _services.AddSqsTransport(options => options.Client = client);
        var source = From("orders");
        using var provider = _services.BuildServiceProvider();

        var exception = Assert.Throws<Messages.MessagingException>(() => source.CreateReceiver("orders", provider));

        Assert.Contains("WaitTime", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Topology_works_on_the_physical_name()
    {
        _sqs.Refuse("GetQueueUrl", "QueueDoesNotExist");
        _services.AddSqsTransport(options => options.Client = _sqs.Client);
        await using var provider = _services.BuildServiceProvider();

        foreach (var endpoint in new TransportEndpoint[] { To("orders"), From("orders") })
        {
            var differences = await Assert.IsAssignableFrom<ITopology>(endpoint).ApplyAsync(TopologyMode.Validate, "shipping", provider, Token);
            Assert.Contains("'shipping' does not exist", Assert.Single(differences), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Topology_gives_the_dead_letter_queue_its_physical_name_as_well()
    {
        _sqs.Refuse("GetQueueUrl", "QueueDoesNotExist");
        _services.AddSqsTransport(options => (options.Client, options.RedriveTo) = (_sqs.Client, "dead"));
        _services.Configure<Hosting.MessagingOptions>(options => options.Names["dead"] = "prod-dead");
        var source = From("orders");
        await using var provider = _services.BuildServiceProvider();

        var differences = await Assert.IsAssignableFrom<ITopology>(source).ApplyAsync(TopologyMode.Validate, "orders", provider, Token);

        Assert.Contains("'prod-dead' does not exist", differences[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("orders", 0)]
    [InlineData("orders.fifo", 0)]
    [InlineData("https://sqs.eu-west-1.amazonaws.com/123456789012/orders", 0)]
    [InlineData("two words", 1)]
    [InlineData("https://sqs.eu-west-1.amazonaws.com/123456789012/two words", 1)]
    [InlineData("https://", 1)]
    public void Name_that_cannot_be_a_queue_is_reported(string name, int faults)
    {
        Assert.Equal(faults, To(name).Validate(name).Count());
        Assert.Equal(faults, From(name).Validate(name).Count());
    }

    [Fact]
    public void Same_queue_has_the_same_identity_and_different_ones_have_not()
    {
        const string Url = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders";
        var plain = To("orders").Identify("orders");

        Assert.Equal(plain, From("orders", options => options.WaitTime = TimeSpan.Zero).Identify("orders"));
        Assert.Equal(To(Url).Identify(Url), From(Url).Identify("https://SQS.eu-west-1.amazonaws.com/123456789012/orders/"));
        Assert.NotEqual(plain, To("orders").Identify("Orders"));
        Assert.NotEqual(plain, To("orders", options => options.Region = "eu-west-1").Identify("orders"));
        Assert.NotEqual(plain, To("orders", options => options.ServiceUrl = "http://localhost:9324").Identify("orders"));
        Assert.NotEqual(plain, To("orders", options => options.Client = _sqs.Client).Identify("orders"));

        // Whether this account is the one of the URL only SQS knows: apart is safe, together could send to the wrong queue.
        Assert.NotEqual(plain, To(Url).Identify(Url));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TransportDestination To(string queue, Action<SqsTransportOptions>? configure = null) => Builders.To(_services).Sqs(queue, configure);

    private TransportSource From(string queue, Action<SqsTransportOptions>? configure = null) => Builders.From(_services).Sqs(queue, configure);
}
