using Messaging.Kit.Messages;

namespace Messaging.Kit.Sqs.Tests;

public sealed class SqsQueueTests : IDisposable
{
    private readonly FakeSqs _sqs = new();

    public void Dispose() => _sqs.Dispose();

    [Theory]
    [InlineData("orders", "orders", false, false)]
    [InlineData("orders.fifo", "orders.fifo", true, false)]
    [InlineData("https://sqs.eu-west-1.amazonaws.com/123456789012/orders", "orders", false, true)]
    [InlineData("https://sqs.eu-west-1.amazonaws.com/123456789012/orders.fifo", "orders.fifo", true, true)]
    [InlineData("http://localhost:9324/000000000000/orders", "orders", false, true)]
    public void Name_and_URL_tell_the_name_and_the_kind(string queue, string name, bool isFifo, bool hasFixedUrl)
    {
        var opened = new SqsQueue(queue, _sqs.Client);

        Assert.Equal((name, isFifo, hasFixedUrl), (opened.Name, opened.IsFifo, opened.HasFixedUrl));
    }

    [Theory]
    [InlineData("orders", true)]
    [InlineData("Orders_2-x", true)]
    [InlineData("orders.fifo", true)]
    [InlineData("", false)]
    [InlineData(".fifo", false)]
    [InlineData("orders.v2", false)]
    [InlineData("orders.fifo.fifo", false)]
    [InlineData("größe", false)]
    [InlineData("two words", false)]
    public void Names_are_checked_by_the_rules_of_SQS(string name, bool isValid) => Assert.Equal(isValid, SqsQueue.IsValidName(name));

    [Fact]
    public void Longest_name_has_80_characters_with_its_suffix()
    {
        Assert.True(SqsQueue.IsValidName(new string('x', 80)));
        Assert.False(SqsQueue.IsValidName(new string('x', 81)));
        Assert.True(SqsQueue.IsValidName(new string('x', 75) + ".fifo"));
        Assert.False(SqsQueue.IsValidName(new string('x', 76) + ".fifo"));
    }

    [Theory]
    [InlineData("https://sqs.eu-west-1.amazonaws.com/123456789012/orders", "eu-west-1")]
    [InlineData("https://sqs-fips.us-gov-west-1.amazonaws.com/1/orders", "us-gov-west-1")]
    [InlineData("https://sqs.cn-north-1.amazonaws.com.cn/1/orders", "cn-north-1")]
    [InlineData("https://sqs.eu-west-1.api.aws/1/orders", "eu-west-1")]
    [InlineData("https://vpce-1-2.sqs.eu-west-1.vpce.amazonaws.com/1/orders", "eu-west-1")]
    [InlineData("https://eu-west-1.queue.amazonaws.com/1/orders", "eu-west-1")]
    [InlineData("https://sqs.cn-north-1.api.amazonwebservices.com.cn/1/orders", "cn-north-1")]
    [InlineData("https://sqs.eusc-de-east-1.amazonaws.eu/1/orders", "eusc-de-east-1")]
    [InlineData("https://vpce-1-2.sqs.eusc-de-east-1.vpce.amazonaws.eu/1/orders", "eusc-de-east-1")]
    [InlineData("https://sqs.us-iso-east-1.c2s.ic.gov/1/orders", "us-iso-east-1")]
    [InlineData("https://sqs.amazonaws.com/1/orders", null)]
    [InlineData("https://sqs.eu-west-1.amazonaws.com.example/1/orders", null)]
    [InlineData("https://s3.amazonaws.com/orders", null)]
    [InlineData("http://localhost:9324/1/orders", null)]
    [InlineData("http://sqs.us-east-1.localhost.localstack.cloud:4566/1/orders", null)]
    [InlineData("orders", null)]
    public void Host_of_AWS_tells_the_region(string url, string? region) => Assert.Equal(region, SqsQueue.RegionOf(url));

    [Fact]
    public async Task Url_is_asked_for_once()
    {
        var queue = new SqsQueue("orders", _sqs.Client);

        var (first, second) = (await queue.GetUrlAsync(Token), await queue.GetUrlAsync(Token));

        Assert.Equal(first, second);
        Assert.Equal("orders", _sqs.Request("GetQueueUrl")["QueueName"]!.GetValue<string>());
    }

    [Fact]
    public async Task Failure_to_find_the_queue_is_not_remembered()
    {
        var queue = new SqsQueue("orders", _sqs.Client);
        _sqs.Refuse("GetQueueUrl", "AccessDenied");
        var failure = await Assert.ThrowsAsync<TransportException>(async () => await queue.GetUrlAsync(Token));
        Assert.Equal(FailureKind.Denied, failure.Kind);
        Assert.Contains("sqs:GetQueueUrl", failure.Message, StringComparison.Ordinal);

        _sqs.On("GetQueueUrl", _ => new() { ["QueueUrl"] = "http://localhost/1/orders" });
        Assert.Equal("http://localhost/1/orders", await queue.GetUrlAsync(Token));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
