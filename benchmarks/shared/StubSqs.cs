using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Messaging.Kit.Benchmarks.Stubs;

/// <summary>Queues in memory behind the JSON protocol of SQS. A message that has been received is gone; deleting it is accepted.</summary>
internal sealed class StubSqs
{
    public const string Account = "000000000000";

    private const int MostPerReceive = 10;
    private static readonly byte[] Nothing = "{}"u8.ToArray();
    private readonly ConcurrentDictionary<string, Channel<StoredMessage>> _queues = new(StringComparer.Ordinal);
    private long _ids;

    public async ValueTask<byte[]> AnswerAsync(string action, byte[] request, CancellationToken cancellationToken) => action switch
    {
        "SendMessageBatch" => Send(request, isBatch: true),
        "SendMessage" => Send(request, isBatch: false),
        "ReceiveMessage" => await ReceiveAsync(request, cancellationToken),
        "DeleteMessageBatch" or "ChangeMessageVisibilityBatch" => Settle(request),
        "GetQueueUrl" or "CreateQueue" => Encoding.UTF8.GetBytes($$"""{"QueueUrl":"{{StubAws.Url}}/{{Account}}/{{TextOf(request, "QueueName")}}"}"""),
        "GetQueueAttributes" => """{"Attributes":{"QueueArn":"arn:aws:sqs:us-east-1:000000000000:queue"}}"""u8.ToArray(),
        _ => Nothing,
    };

    public void Clear() => _queues.Clear();

    private Channel<StoredMessage> Queue(string url) => _queues.GetOrAdd(url, _ => Channel.CreateUnbounded<StoredMessage>());

    private byte[] Send(byte[] request, bool isBatch)
    {
        var answer = new ArrayBufferWriter<byte>(2048);
        var json = new Utf8JsonReader(request);
        var (url, id, group) = ("", Array.Empty<byte>(), Array.Empty<byte>());
        var (body, sum) = (Array.Empty<byte>(), "");
        var sent = new List<StoredMessage>(MostPerReceive);
        answer.Write(isBatch ? "{\"Successful\":["u8 : "{"u8);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName)
            {
                var (isUrl, isId, isBody, isGroup) =
                    (json.ValueTextEquals("QueueUrl"u8), json.ValueTextEquals("Id"u8), json.ValueTextEquals("MessageBody"u8), json.ValueTextEquals("MessageGroupId"u8));
                _ = json.Read();
                if (isUrl)
                {
                    url = json.GetString()!;
                }
                else if (isId)
                {
                    id = Raw(request, json);
                }
                else if (isBody)
                {
                    (body, sum) = (Raw(request, json), SumOf(json));
                }
                else if (isGroup)
                {
                    group = Raw(request, json);
                }
                else if (json.TokenType == JsonTokenType.StartObject)
                {
                    // Attributes; the array is that of the entries, and is gone into.
                    json.Skip();
                }
            }
            else if (json.TokenType == JsonTokenType.EndObject && body.Length > 0)
            {
                var number = Interlocked.Increment(ref _ids);
                if (isBatch)
                {
                    answer.Write(sent.Count == 0 ? "{\"Id\":"u8 : ",{\"Id\":"u8);
                    answer.Write(id);
                    answer.Write(","u8);
                }

                Write(answer, $"\"MessageId\":\"{number:x8}-0000-4000-8000-000000000000\",\"MD5OfMessageBody\":\"{sum}\"}}");
                sent.Add(new(number, body, sum, group));
                (body, group) = ([], []);
            }
        }

        if (isBatch)
        {
            answer.Write("],\"Failed\":[]}"u8);
        }

        // The queue's name can come after the messages.
        var queue = Queue(url).Writer;
        foreach (var message in sent)
        {
            _ = queue.TryWrite(message);
        }

        return answer.WrittenSpan.ToArray();
    }

    private async ValueTask<byte[]> ReceiveAsync(byte[] request, CancellationToken cancellationToken)
    {
        var (url, most, wait) = ("", 1, TimeSpan.Zero);
        using (var json = JsonDocument.Parse(request))
        {
            url = json.RootElement.GetProperty("QueueUrl").GetString()!;
            most = json.RootElement.TryGetProperty("MaxNumberOfMessages", out var number) ? number.GetInt32() : most;
            wait = json.RootElement.TryGetProperty("WaitTimeSeconds", out var seconds) ? TimeSpan.FromSeconds(seconds.GetInt32()) : wait;
        }

        var queue = Queue(url).Reader;
        if (wait > TimeSpan.Zero && queue.Count == 0)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(wait);
            try
            {
                _ = await queue.WaitToReadAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return Nothing;
            }
        }

        return Received(queue, most);
    }

    private static byte[] Received(ChannelReader<StoredMessage> queue, int most)
    {
        var answer = new ArrayBufferWriter<byte>(4096);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        answer.Write("{\"Messages\":["u8);
        for (var count = 0; count < most && queue.TryRead(out var message); count++)
        {
            Write(answer, $"{(count == 0 ? "" : ",")}{{\"MessageId\":\"{message.Number:x8}-0000-4000-8000-000000000000\",\"ReceiptHandle\":\"{message.Number:x16}\",\"MD5OfBody\":\"{message.Sum}\",\"Body\":");
            answer.Write(message.Body);
            Write(answer, $",\"Attributes\":{{\"ApproximateReceiveCount\":\"1\",\"SentTimestamp\":\"{now}\",\"ApproximateFirstReceiveTimestamp\":\"{now}\"");
            if (message.Group.Length > 0)
            {
                answer.Write(",\"MessageGroupId\":"u8);
                answer.Write(message.Group);
            }

            answer.Write("}}"u8);
        }

        answer.Write("]}"u8);
        return answer.WrittenSpan.ToArray();
    }

    private static byte[] Settle(byte[] request)
    {
        var (answer, count) = (new ArrayBufferWriter<byte>(512), 0);
        var json = new Utf8JsonReader(request);
        answer.Write("{\"Successful\":["u8);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("Id"u8) && json.Read())
            {
                answer.Write(count++ == 0 ? "{\"Id\":"u8 : ",{\"Id\":"u8);
                answer.Write(Raw(request, json));
                answer.Write("}"u8);
            }
        }

        answer.Write("],\"Failed\":[]}"u8);
        return answer.WrittenSpan.ToArray();
    }

    // The token as it came, quotes and escapes included: it goes out the same way.
    private static byte[] Raw(byte[] request, in Utf8JsonReader json) => request[(int)json.TokenStartIndex..(int)json.BytesConsumed];

    // The client checks it, on sends and on receives.
    private static string SumOf(in Utf8JsonReader json)
    {
        Span<byte> sum = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // The protocol's own checksum.
        if (!json.ValueIsEscaped)
        {
            MD5.HashData(json.ValueSpan, sum);
            return Convert.ToHexStringLower(sum);
        }

        var text = ArrayPool<byte>.Shared.Rent(json.ValueSpan.Length);
        MD5.HashData(text.AsSpan(0, json.CopyString(text)), sum);
#pragma warning restore CA5351
        ArrayPool<byte>.Shared.Return(text);
        return Convert.ToHexStringLower(sum);
    }

    private static void Write(ArrayBufferWriter<byte> answer, string text) => answer.Advance(Encoding.UTF8.GetBytes(text, answer.GetSpan(text.Length * 3)));

    private static string TextOf(byte[] request, string name)
    {
        using var json = JsonDocument.Parse(request);
        return json.RootElement.GetProperty(name).GetString()!;
    }

    private readonly record struct StoredMessage(long Number, byte[] Body, string Sum, byte[] Group);
}
