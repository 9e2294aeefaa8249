using System.Globalization;
using System.Net.Sockets;
using Amazon.Runtime;
using Messaging.Kit.Messages;
using Messaging.Kit.Sns;

namespace Messaging.Kit.Aws.Tests;

/// <summary>What the thin clients get from the SDK's pipeline.</summary>
public sealed class AwsServiceClientTests : IDisposable
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:orders";

    private readonly StubAws _stub = new() { Answer = _ => StubAws.Make(200, "<DeleteTopicResponse/>") };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _stub.Dispose();

    [Fact]
    public async Task Requests_are_signed_and_say_who_calls()
    {
        using var client = _stub.Connect<SnsServiceClient>();

        await client.DeleteTopicAsync(Topic, Token);

        var headers = _stub.Request.Headers;
        Assert.Equal("https://sns.eu-west-1.amazonaws.com/", _stub.Request.Url.ToString());
        Assert.Matches("^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/[0-9]{8}/eu-west-1/sns/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$", headers["Authorization"]);
        Assert.Contains("api/SNS", headers["User-Agent"], StringComparison.Ordinal);
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(_stub.Request.Body))),
            headers["X-Amz-Content-SHA256"]);
    }

    [Theory]
    [InlineData(429, "Throttled", FailureKind.Throttled)]
    [InlineData(500, "InternalError", FailureKind.Transient)]
    [InlineData(503, "ServiceUnavailable", FailureKind.Transient)]
    public async Task Kits_own_clients_leave_retries_to_the_kit(int status, string code, FailureKind kind)
    {
        _stub.Answer = _ => StubAws.Make(status, $"<ErrorResponse><Error><Type>Receiver</Type><Code>{code}</Code></Error></ErrorResponse>");
        using var client = _stub.Connect<SnsServiceClient>();

        var exception = await Assert.ThrowsAsync<AmazonServiceException>(() => client.DeleteTopicAsync(Topic, Token));

        Assert.Single(_stub.Requests);
        Assert.Equal(kind, SnsErrors.Translate(exception, "DeleteTopic", Topic).Kind);
    }

    [Theory]
    [InlineData("Signature expired: 20260101T000000Z is now earlier than 20260101T004500Z (20260101T010000Z - 15 min.)", FailureKind.Transient)]
    [InlineData("Signature not yet current: 20260101T020000Z is still later than 20260101T010500Z (20260101T010000Z + 5 min.)", FailureKind.Transient)]
    [InlineData("The request signature we calculated does not match the signature you provided.", FailureKind.Denied)]
    public async Task Clock_that_is_wrong_is_set_right_by_the_answer_and_the_call_is_worth_another_try(string message, FailureKind kind)
    {
        var now = DateTimeOffset.UtcNow.AddHours(1);
        _stub.Answer = attempt =>
        {
            var answer = attempt == 0
                ? StubAws.Make(403, $"<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>{message}</Message></Error></ErrorResponse>")
                : StubAws.Make(200, "<DeleteTopicResponse/>");
            answer.Headers.Date = now;
            return answer;
        };
        using var client = _stub.Connect<SnsServiceClient>(config => (config.ServiceURL, config.AuthenticationRegion) = ($"https://{message.Length}.clock.example", "eu-west-1"));

        var exception = await Assert.ThrowsAsync<AmazonServiceException>(() => client.DeleteTopicAsync(Topic, Token));
        await client.DeleteTopicAsync(Topic, Token);

        Assert.Equal(kind, SnsErrors.Translate(exception, "DeleteTopic", Topic).Kind);
        var signed = DateTimeOffset.ParseExact(_stub.Requests[1].Headers["X-Amz-Date"], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        Assert.InRange(signed, now.AddMinutes(-1), now.AddMinutes(5));
    }

    [Fact]
    public async Task Client_that_is_told_to_retry_sends_the_same_again()
    {
        _stub.Answer = attempt => attempt == 0 ? StubAws.Make(500, "") : StubAws.Make(200, "<DeleteTopicResponse/>");
        using var client = _stub.Connect<SnsServiceClient>(config => config.MaxErrorRetry = 2);

        await client.DeleteTopicAsync(Topic, Token);

        Assert.Equal(2, _stub.Requests.Count);
        Assert.Equal(_stub.Requests[0].Body, _stub.Requests[1].Body);
    }

    [Fact]
    public async Task Cancelled_calls_end_as_cancelled()
    {
        using var client = _stub.Connect<SnsServiceClient>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.DeleteTopicAsync(Topic, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task What_the_network_throws_passes_through()
    {
        _stub.Answer = _ => throw new HttpRequestException("refused", new SocketException((int)SocketError.ConnectionRefused));
        using var client = _stub.Connect<SnsServiceClient>();

        var exception = await Record.ExceptionAsync(() => client.DeleteTopicAsync(Topic, Token));

        Assert.Equal(FailureKind.Transient, SnsErrors.Translate(exception!, "DeleteTopic", Topic).Kind);
    }

    [Fact]
    public async Task Answer_that_breaks_off_is_transient()
    {
        _stub.Answer = _ =>
        {
            var response = StubAws.Make(200, "");
            response.Content = new StreamContent(new BrokenStream());
            return response;
        };
        using var client = _stub.Connect<SnsServiceClient>();

        var exception = await Record.ExceptionAsync(() => client.DeleteTopicAsync(Topic, Token));

        Assert.Equal(FailureKind.Transient, SnsErrors.Translate(exception!, "DeleteTopic", Topic).Kind);
    }

    [Fact]
    public async Task Bodies_that_the_SDK_is_to_log_are_read_all_the_same()
    {
        _stub.Answer = _ => StubAws.Make(200, $"<CreateTopicResponse><CreateTopicResult><TopicArn>{Topic}</TopicArn></CreateTopicResult></CreateTopicResponse>");
        using var client = _stub.Connect<SnsServiceClient>(config => config.LogResponse = true);

        Assert.Equal(Topic, await client.CreateTopicAsync("orders", new Dictionary<string, string>(), null, Token));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task FIPS_and_dual_stack_do_not_go_with_an_endpoint_of_ones_own(bool fips, bool dualStack)
    {
        using var client = _stub.Connect<SnsServiceClient>(config =>
        {
            config.ServiceURL = "https://localhost:4566";
            config.AuthenticationRegion = "eu-west-1";
            config.UseFIPSEndpoint = fips;
            config.UseDualstackEndpoint = dualStack;
        });

        await Assert.ThrowsAsync<AmazonClientException>(() => client.DeleteTopicAsync(Topic, Token));
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("reset");
    }
}
