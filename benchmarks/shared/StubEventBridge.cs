using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Messaging.Kit.Benchmarks.Stubs;

/// <summary>Buses that accept everything, behind the JSON protocol of EventBridge.</summary>
internal static class StubEventBridge
{
    private const int DepthOfEntries = 2;

    public static byte[] Answer(string action, byte[] request) => action switch
    {
        "PutEvents" => Put(request),
        "DescribeEventBus" => Encoding.UTF8.GetBytes("""{"Name":"load","Arn":"arn:aws:events:us-east-1:000000000000:event-bus/load"}"""),
        _ => "{}"u8.ToArray(),
    };

    private static byte[] Put(byte[] request)
    {
        var (answer, count) = (new ArrayBufferWriter<byte>(1024), 0);
        var json = new Utf8JsonReader(request);
        answer.Write("{\"FailedEntryCount\":0,\"Entries\":["u8);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.StartObject && json.CurrentDepth == DepthOfEntries)
            {
                answer.Write(count++ == 0 ? "{"u8 : ",{"u8);
                answer.Write("\"EventId\":\"00000000-0000-4000-8000-000000000000\"}"u8);
            }
        }

        answer.Write("]}"u8);
        return answer.WrittenSpan.ToArray();
    }
}
