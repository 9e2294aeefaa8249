using Amazon;
using Amazon.Extensions.NETCore.Setup;
using Amazon.Runtime;
using Amazon.SQS;
using Messaging.Kit.Aws;
using Messaging.Kit.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Sqs.Tests;

public sealed class SqsClientsTests : IDisposable
{
    private readonly FakeSqs _sqs = new();
    private readonly ServiceCollection _services = [];

    public void Dispose() => _sqs.Dispose();

    [Fact]
    public void Client_that_is_handed_in_is_used_and_stays_open()
    {
        using var other = new FakeSqs();
        _services.AddSingleton<IAmazonSQS>(other.Client);
        using var provider = _services.BuildServiceProvider();
        using var clients = new SqsClients(provider);

        Assert.Same(_sqs.Client, clients.Get(new() { Client = _sqs.Client }, "orders"));
    }

    [Fact]
    public void Client_of_the_application_is_used_unless_the_options_name_an_endpoint()
    {
        _services.AddSingleton<IAmazonSQS>(_sqs.Client);
        using var provider = _services.BuildServiceProvider();
        using var clients = new SqsClients(provider);

        Assert.Same(_sqs.Client, clients.Get(new(), "orders"));
        Assert.NotSame(_sqs.Client, clients.Get(new() { ServiceUrl = "http://localhost:1" }, "orders"));
        Assert.NotSame(_sqs.Client, clients.Get(new() { Region = "eu-west-1" }, "orders"));
    }

    [Fact]
    public void AWS_options_of_the_application_make_the_client()
    {
        _services.AddSingleton(new AWSOptions { Region = RegionEndpoint.EUSouth1, Credentials = new BasicAWSCredentials("a", "b") });
        using var provider = _services.BuildServiceProvider();
        using var clients = new SqsClients(provider);

        var client = clients.Get(new(), "orders");

        Assert.Equal("eu-south-1", client.Config.RegionEndpoint.SystemName);
        Assert.Same(client, clients.Get(new(), "other"));
    }

    [Fact]
    public void AWS_options_go_before_the_limits_of_the_kit_which_fill_what_they_leave_open()
    {
        var options = new AWSOptions { Region = RegionEndpoint.EUSouth1, Credentials = new BasicAWSCredentials("a", "b") };
        options.DefaultClientConfig.Timeout = TimeSpan.FromSeconds(50);
        options.DefaultClientConfig.MaxErrorRetry = 1;
        _services.AddSingleton(options);
        using var provider = _services.BuildServiceProvider();
        using var clients = new SqsClients(provider);

        var config = clients.Get(new() { ConnectTimeout = TimeSpan.FromSeconds(2) }, "orders").Config;

        Assert.Equal(TimeSpan.FromSeconds(50), config.Timeout);
        Assert.Equal(1, config.MaxErrorRetry);
        Assert.Equal(TimeSpan.FromSeconds(2), config.ConnectTimeout);
        Assert.IsType<AwsHttpClientFactory>(config.HttpClientFactory);
    }

    [Fact]
    public void Own_client_has_timeouts_no_retries_and_a_region_to_sign_for()
    {
        using var provider = _services.BuildServiceProvider();
        using var clients = new SqsClients(provider);

        var config = clients.Get(new() { ServiceUrl = "https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com", ConnectTimeout = TimeSpan.FromSeconds(2) }, "orders").Config;

        Assert.Equal(0, config.MaxErrorRetry);
        Assert.Equal("eu-west-1", config.AuthenticationRegion);
        Assert.Equal(TimeSpan.FromSeconds(2), config.ConnectTimeout);
        Assert.True(config.Timeout > TimeSpan.FromSeconds(20));
        using var http = config.HttpClientFactory.CreateHttpClient(config);
        Assert.Equal(config.Timeout, http.Timeout);
    }

    [Fact]
    public void Queues_that_are_reached_in_the_same_way_share_a_client()
    {
        using var provider = _services.BuildServiceProvider();
        using var clients = new SqsClients(provider);
        static SqsTransportOptions Region(string region) => new() { Region = region };

        Assert.Same(clients.Get(Region("eu-west-1"), "one"), clients.Get(Region("eu-west-1"), "two"));
        Assert.NotSame(clients.Get(Region("eu-west-1"), "one"), clients.Get(Region("us-east-1"), "one"));
    }

    [Fact]
    public void URL_of_AWS_tells_the_region_when_nothing_else_does()
    {
        Assert.SkipWhen(
            Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_SQS") is not null || Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL") is not null,
            "The environment names an endpoint, which goes before the URL.");
        using var provider = _services.BuildServiceProvider();
        using var clients = new SqsClients(provider);

        var config = clients.Get(new(), "https://sqs.ap-south-1.amazonaws.com/123456789012/orders").Config;

        Assert.Equal("ap-south-1", config.RegionEndpoint.SystemName);
    }

    [Fact]
    public void Plain_http_is_refused_for_a_client_of_the_kits_own()
    {
        using var provider = _services.BuildServiceProvider();
        using var clients = new SqsClients(provider);

        var exception = Assert.Throws<MessagingException>(() => clients.Get(new() { ServiceUrl = "http://emulator:9324" }, "orders"));

        Assert.Contains("AllowInsecureHttp", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Own_clients_are_closed_with_the_application()
    {
        using var provider = _services.BuildServiceProvider();
        var clients = new SqsClients(provider);
        var client = clients.Get(new() { Region = "eu-west-1" }, "orders");

        clients.Dispose();

        Assert.ThrowsAny<ObjectDisposedException>(() => { _ = client.ListQueuesAsync("x", TestContext.Current.CancellationToken); });
    }
}
