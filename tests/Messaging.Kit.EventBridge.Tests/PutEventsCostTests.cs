using System.Text;
using Messaging.Kit.Aws.Tests;

namespace Messaging.Kit.EventBridge.Tests;

public sealed class PutEventsCostTests(ITestOutputHelper output)
{
    private const int Budget = 22_000;

    [Fact]
    public async Task A_call_of_ten_events_stays_within_its_budget_of_memory()
    {
        var entries = Enumerable.Range(0, 10).Select(i => new EventBridgeEntry("shop", "order.placed", Encoding.UTF8.GetBytes(
            $$"""{"id":"0b1e9d3c-0000-4000-8000-00000000000{{i}}","datacontenttype":"application/json","data":{"orderId":"{{i}}","total":12.5,"lines":[{"sku":"a","count":1},{"sku":"b","count":2}] } }"""))
        {
            EventBusName = "orders",
            Time = DateTimeOffset.FromUnixTimeMilliseconds(1795425300123),
        }).ToArray();
        var outcomes = string.Join(',', Enumerable.Range(0, 10).Select(i => $$"""{"EventId":"567910cd-659e-55d4-8ccb-5aaf14679dc{{i}}"}"""));
        var answer = Encoding.UTF8.GetBytes($$"""{"FailedEntryCount":0,"Entries":[{{outcomes}}]}""");

        var (bytes, microseconds) = await CallCost.MeasureAsync<EventBridgeServiceClient>(
            answer, "application/x-amz-json-1.1", client => client.PutEventsAsync(entries));

        output.WriteLine($"{bytes} B and {microseconds:F1} µs a call of 10 events of {entries[0].Detail.Length} bytes");
        Assert.InRange(bytes, 0, Budget);
    }
}
