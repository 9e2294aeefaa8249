using System.Text;
using Messaging.Kit.Aws.Tests;

namespace Messaging.Kit.Sns.Tests;

public sealed class PublishBatchCostTests(ITestOutputHelper output)
{
    private const int Budget = 22_000;

    [Fact]
    public async Task A_call_of_ten_messages_stays_within_its_budget_of_memory()
    {
        var entries = Enumerable.Range(0, 10).Select(i => new SnsPublishEntry($"{i}", Encoding.UTF8.GetBytes(
            $$"""{"specversion":"1.0","id":"0b1e9d3c-0000-4000-8000-00000000000{{i}}","source":"shop","type":"order.placed","datacontenttype":"application/json","data":{"orderId":"{{i}}","total":12.5,"lines":[{"sku":"a","count":1},{"sku":"b","count":2}] } }"""))
        {
            Attributes = [new("type", "String", "order.placed")],
        }).ToArray();
        var members = string.Concat(Enumerable.Range(0, 10).Select(i =>
            $"<member><MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc{i}</MessageId><Id>{i}</Id></member>"));
        var answer = Encoding.UTF8.GetBytes(
            $"""<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Failed/><Successful>{members}</Successful></PublishBatchResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishBatchResponse>""");

        var (bytes, microseconds) = await CallCost.MeasureAsync<SnsServiceClient>(
            answer, "text/xml", client => client.PublishBatchAsync("arn:aws:sns:eu-west-1:123456789012:orders", entries));

        output.WriteLine($"{bytes} B and {microseconds:F1} µs a call of 10 messages of {entries[0].Message.Length} bytes");
        Assert.InRange(bytes, 0, Budget);
    }
}
