using System.Net;
using System.Net.Sockets;
using System.Text;
using Amazon;
using Amazon.Extensions.NETCore.Setup;
using Amazon.Runtime;
using Messaging.Kit.EventBridge;
using Messaging.Kit.Messages;
using Messaging.Kit.Sns;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Aws.Tests;

/// <summary>How the thin clients are found or made. SQS has its own tests of the same rules.</summary>
public sealed class AwsClientsTests : IDisposable
{
    private const string Topic = "arn:aws:sns:ap-south-1:123456789012:orders";

    private readonly StubAws _stub = new() { Answer = _ => StubAws.Make(200, "<DeleteTopicResponse/>") };
    private readonly ServiceCollection _services = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static bool IsEndpointNamed => new[] { "AWS_ENDPOINT_URL_SNS", "AWS_ENDPOINT_URL" }.Any(name => Environment.GetEnvironmentVariable(name) is not null);

    public void Dispose() => _stub.Dispose();

    [Fact]
    public void Client_that_is_handed_in_goes_first_then_options_then_the_applications()
    {
        using var handedIn = _stub.Connect<SnsServiceClient>();
        using var registered = _stub.Connect<SnsServiceClient>();
        _services.AddSingleton<ISnsClient>(registered);
        _services.AddSingleton(new AWSOptions { Region = RegionEndpoint.EUSouth1 });
        using var provider = _services.BuildServiceProvider();
        using var clients = new SnsClients(provider);

        Assert.Same(handedIn, clients.Get(new Options(), handedIn, Topic));
        Assert.Same(registered, clients.Get(new Options(), null, Topic));
        Assert.NotSame(registered, clients.Get(new Options { Region = "eu-west-1" }, null, Topic));
        Assert.NotSame(registered, clients.Get(new Options { ServiceUrl = "http://localhost:1" }, null, Topic));
    }

    [Fact]
    public async Task An_answer_whose_body_does_not_come_ends_with_the_time_limit()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAsync();
        var config = new AwsServiceConfig("SNS", "sns", "2010-03-31") { ServiceURL = $"http://{listener.LocalEndpoint}", AuthenticationRegion = "eu-west-1", Timeout = TimeSpan.FromSeconds(1) };
        using var http = new AwsHttpClientFactory().CreateHttpClient(config);

        // As the SDK asks: for the headers.
        var failure = await Assert.ThrowsAsync<TaskCanceledException>(() => http.GetAsync(new Uri(config.ServiceURL), HttpCompletionOption.ResponseHeadersRead, Token));

        Assert.IsType<TimeoutException>(failure.InnerException);
        Assert.Equal(FailureKind.Transient, AwsErrors.Unanswered(failure, "SNS", "Publish", Topic).Kind);
        (await answering).Dispose();

        async Task<Socket> AnswerAsync()
        {
            var socket = await listener.AcceptSocketAsync(Token);
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<Publish"u8.ToArray(), Token);
            return socket;
        }
    }

    [Fact]
    public async Task Proxy_that_asks_who_calls_is_told()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        var answering = AnswerAsync();
        var config = new AwsServiceConfig("SNS", "sns", "2010-03-31")
        {
            ProxyHost = "127.0.0.1",
            ProxyPort = ((IPEndPoint)proxy.LocalEndpoint).Port,
            ProxyCredentials = new NetworkCredential("user", "password"),
        };
        using var http = new AwsHttpClientFactory().CreateHttpClient(config);

        Assert.Equal("served", await http.GetStringAsync(new Uri("http://sns.eu-west-1.amazonaws.com/"), Token));

        await answering;

        async Task AnswerAsync()
        {
            using var socket = await proxy.AcceptSocketAsync(Token);
            var buffer = new byte[4096];
            while (!Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, Token)).Contains("Proxy-Authorization: Basic dXNlcjpwYXNzd29yZA==", StringComparison.Ordinal))
            {
                await socket.SendAsync("HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Token);
            }

            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nserved"u8.ToArray(), Token);
        }
    }

    [Fact]
    public void Outage_of_who_gives_credentials_is_not_their_absence()
    {
        Assert.Equal(FailureKind.Transient, Kind(new AmazonClientException("Unable to get IAM security credentials", new HttpRequestException("refused"))));
        Assert.Equal(FailureKind.Transient, Kind(new AmazonClientException("Unable to assume", new AmazonServiceException("busy", null, ErrorType.Sender, "Throttling", "r", HttpStatusCode.BadRequest))));
        Assert.Equal(FailureKind.Denied, Kind(new AmazonClientException("Unable to find credentials", new InvalidOperationException("none"))));
        Assert.Equal(FailureKind.Permanent, Kind(new AmazonClientException("something else")));

        static FailureKind Kind(Exception exception) => AwsErrors.Unanswered(exception, "SNS", "Publish", Topic).Kind;
    }

    [Fact]
    public async Task AWS_options_make_the_client_with_all_that_they_say()
    {
        var options = new AWSOptions { Region = RegionEndpoint.EUSouth1, Credentials = new SessionAWSCredentials("AKIDOPTIONS", "secret", "session-token") };
        options.DefaultClientConfig.IgnoreConfiguredEndpointUrls = true;
        options.DefaultClientConfig.MaxErrorRetry = 1;
        options.DefaultClientConfig.UseFIPSEndpoint = true;
        options.DefaultClientConfig.UseDualstackEndpoint = true;
        _services.AddSingleton(options);
        using var provider = _services.BuildServiceProvider();
        using var clients = new SnsClients(provider);
        var client = Assert.IsType<SnsServiceClient>(clients.Get(new Options { ConnectTimeout = TimeSpan.FromSeconds(2) }, null, Topic));
        var config = Assert.IsType<AwsServiceConfig>(client.Config);
        Assert.IsType<AwsHttpClientFactory>(config.HttpClientFactory);
        config.HttpClientFactory = _stub.HttpClients;

        await client.DeleteTopicAsync(Topic, Token);

        Assert.Equal((1, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30)), (config.MaxErrorRetry, config.ConnectTimeout!.Value, config.Timeout!.Value));
        Assert.Equal("https://sns-fips.eu-south-1.api.aws/", _stub.Request.Url.ToString());
        Assert.Contains("Credential=AKIDOPTIONS/", _stub.Request.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Contains("/eu-south-1/sns/aws4_request", _stub.Request.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Equal("session-token", _stub.Request.Headers["x-amz-security-token"]);
        Assert.Same(client, clients.Get(new Options { ConnectTimeout = TimeSpan.FromSeconds(2) }, null, "another"));
    }

    [Fact]
    public async Task Own_client_signs_for_the_region_of_its_endpoint_and_does_not_retry()
    {
        _stub.Answer = _ => StubAws.Make(500, "");
        _services.AddSingleton(new AWSOptions { Credentials = new BasicAWSCredentials("AKIDOPTIONS", "secret") });
        using var provider = _services.BuildServiceProvider();
        using var clients = new EventBridgeClients(provider);
        var client = Assert.IsType<EventBridgeServiceClient>(clients.Get(new Options { ServiceUrl = "https://vpce-1.events.eu-west-3.vpce.amazonaws.com" }, null, "orders"));
        ((ClientConfig)client.Config).HttpClientFactory = _stub.HttpClients;

        await Assert.ThrowsAsync<AmazonServiceException>(() => client.DeleteEventBusAsync("orders", Token));

        Assert.Equal("vpce-1.events.eu-west-3.vpce.amazonaws.com", _stub.Request.Url.Host);
        Assert.Contains("/eu-west-3/events/aws4_request", _stub.Request.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Equal((0, 0), (client.Config.MaxErrorRetry, client.Config.MaxStaleConnectionRetries));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(1, 2)]
    public async Task Client_of_AWS_options_retries_where_they_ask_for_it(int? asked, int calls)
    {
        _stub.Answer = _ => StubAws.Make(500, "");
        var options = new AWSOptions { Region = RegionEndpoint.EUSouth1, Credentials = new BasicAWSCredentials("AKIDOPTIONS", "secret") };
        (options.DefaultClientConfig.IgnoreConfiguredEndpointUrls, options.DefaultClientConfig.MaxErrorRetry) = (true, asked);
        _services.AddSingleton(options);
        using var provider = _services.BuildServiceProvider();
        using var clients = new SnsClients(provider);
        var client = Assert.IsType<SnsServiceClient>(clients.Get(new Options(), null, Topic));
        ((ClientConfig)client.Config).HttpClientFactory = _stub.HttpClients;

        await Assert.ThrowsAsync<AmazonServiceException>(() => client.DeleteTopicAsync(Topic, Token));

        Assert.Equal(calls, _stub.Requests.Count);
    }

    [Fact]
    public async Task Own_client_calls_as_whom_the_application_names()
    {
        var profiles = Path.GetTempFileName();
        await File.WriteAllTextAsync(profiles, "[shop]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = secret\n", Token);
        _services.AddSingleton(new AWSOptions { Profile = "shop", ProfilesLocation = profiles });
        using var provider = _services.BuildServiceProvider();
        using var clients = new SnsClients(provider);
        var client = Assert.IsType<SnsServiceClient>(clients.Get(new Options { Region = "eu-west-3" }, null, Topic));
        ((ClientConfig)client.Config).HttpClientFactory = _stub.HttpClients;
        File.Delete(profiles);

        await client.DeleteTopicAsync(Topic, Token);

        Assert.Contains("Credential=AKIDPROFILE/", _stub.Request.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eu-west-3")]
    [InlineData(null)]
    public async Task Clients_call_in_the_role_that_AWS_options_name(string? region)
    {
        Assert.SkipWhen(region is null && IsEndpointNamed, "The environment names an endpoint, by which the SDK signs for another region.");
        using var sts = new StubSts();
        using var variable = new EnvironmentVariable("AWS_ENDPOINT_URL_STS", sts.Url);
        var options = new AWSOptions { Region = RegionEndpoint.EUSouth1, Credentials = new BasicAWSCredentials("AKIDOPTIONS", "secret"), SessionRoleArn = "arn:aws:iam::123456789012:role/shop", SessionName = "host-1" };
        _services.AddSingleton(options);
        using var provider = _services.BuildServiceProvider();
        using var clients = new SnsClients(provider);
        var client = Assert.IsType<SnsServiceClient>(clients.Get(new Options { Region = region }, null, Topic));
        ((ClientConfig)client.Config).HttpClientFactory = _stub.HttpClients;

        await client.DeleteTopicAsync(Topic, Token);

        Assert.Equal(["AssumeRole", "arn:aws:iam::123456789012:role/shop", "host-1"], sts.Asked);
        Assert.Contains($"Credential={StubSts.AccessKey}/", _stub.Request.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Contains($"/{region ?? "eu-south-1"}/sns/aws4_request", _stub.Request.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Equal(StubSts.SessionToken, _stub.Request.Headers["x-amz-security-token"]);
    }

    [Fact]
    public void An_ARN_tells_the_region_when_nothing_else_does()
    {
        Assert.SkipWhen(IsEndpointNamed, "The environment names an endpoint, which goes before the ARN.");
        using var provider = _services.BuildServiceProvider();
        using var clients = new SnsClients(provider);

        Assert.Equal("ap-south-1", Assert.IsType<SnsServiceClient>(clients.Get(new Options(), null, Topic)).Config.RegionEndpoint.SystemName);
        Assert.Equal("eu-west-1", Assert.IsType<SnsServiceClient>(clients.Get(new Options { Region = "eu-west-1" }, null, Topic)).Config.RegionEndpoint.SystemName);
    }

    [Fact]
    public void Endpoints_of_the_environment_are_AWS_s_own_names()
    {
        // Read by the SDK when the client is made; the names follow from the service's id.
        Assert.Equal(("SNS", "EventBridge"), (SnsServiceClient.CreateDefaultClientConfig().ServiceId, EventBridgeServiceClient.CreateDefaultClientConfig().ServiceId));
        using var variable = new EnvironmentVariable("AWS_ENDPOINT_URL_EVENTBRIDGE", "http://127.0.0.1:4566");
        using var provider = _services.BuildServiceProvider();
        using var clients = new EventBridgeClients(provider);

        Assert.Equal("http://127.0.0.1:4566/", Assert.IsType<EventBridgeServiceClient>(clients.Get(new Options(), null, "orders")).Config.ServiceURL);
    }

    [Fact]
    public void Plain_http_to_another_machine_is_refused_unless_it_is_allowed()
    {
        using var provider = _services.BuildServiceProvider();
        using var clients = new SnsClients(provider);

        var exception = Assert.Throws<MessagingException>(() => clients.Get(new Options { ServiceUrl = "http://emulator:4566" }, null, Topic));

        Assert.StartsWith("SNS: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("AllowInsecureHttp", exception.Message, StringComparison.Ordinal);
        clients.Get(new Options { ServiceUrl = "http://emulator:4566", AllowInsecureHttp = true }, null, Topic);
    }

    [Fact]
    public async Task Own_clients_are_closed_with_the_application_and_others_are_not()
    {
        using var registered = _stub.Connect<SnsServiceClient>();
        _services.AddSingleton<ISnsClient>(_ => registered);
        using var provider = _services.BuildServiceProvider();
        var clients = new SnsClients(provider);
        var own = clients.Get(new Options { Region = "eu-west-1" }, null, Topic);
        Assert.Same(registered, clients.Get(new Options(), null, Topic));

        clients.Dispose();

        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => own.DeleteTopicAsync(Topic, Token));
        await registered.DeleteTopicAsync(Topic, Token);
    }

    private sealed class EnvironmentVariable : IDisposable
    {
        private readonly string _name;
        private readonly string? _before;

        public EnvironmentVariable(string name, string value)
        {
            (_name, _before) = (name, Environment.GetEnvironmentVariable(name));
            Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose() => Environment.SetEnvironmentVariable(_name, _before);
    }
}
