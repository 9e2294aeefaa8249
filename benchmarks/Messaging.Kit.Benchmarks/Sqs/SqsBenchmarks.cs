using System.Text;
using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;
using BenchmarkDotNet.Attributes;
using Messaging.Kit.Benchmarks.Stubs;

namespace Messaging.Kit.Benchmarks.Sqs;

/// <summary>
/// SQS over stubbed HTTP: a thousand messages out, and back in. The raw client does the same work by hand: the same JSON in the same
/// CloudEvent, ten in a call, as many calls under way as the kit has, each outcome looked at. One message a call is what the SDK's first
/// example does.
/// </summary>
[MemoryDiagnoser]
public class SqsBenchmarks
{
    private const int Messages = 1_000, Batch = 10, Calls = 8, Receivers = 4;
    private readonly StubAws _stub = new();
    private readonly Countdown _countdown = new();
    private readonly Order[] _orders = [.. Enumerable.Repeat(Order.Sample, Messages)];
    private IAmazonSQS _client = null!;
    private BenchmarkHost _publisher = null!, _roundTrip = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _client = _stub.Connect<IAmazonSQS>();
        _publisher = await BenchmarkHost.StartAsync(kit =>
        {
            kit.UseSqs(sqs => sqs.Client = _client);
            kit.Publish<Order>("order", to => to.Sqs("sent"));
        });
        _roundTrip = await BenchmarkHost.StartAsync(kit =>
        {
            kit.UseSqs(sqs => (sqs.Client, sqs.WaitTime) = (_client, TimeSpan.FromSeconds(1)));
            kit.Publish<Order>("order", to => to.Sqs("kit"));
            kit.Consume(from => from.Sqs("kit")).Handle<Order>("order", (_, _, _) =>
            {
                _countdown.Signal();
                return default;
            });
        });
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _publisher.DisposeAsync();
        await _roundTrip.DisposeAsync();
        _client.Dispose();
    }

    // What has been sent is dropped in between, so that nothing piles up.
    [IterationCleanup(Targets = [nameof(Send_by_hand), nameof(Send_by_hand_one_a_call), nameof(Send)])]
    public void Drop() => _stub.Clear();

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public Task Send_by_hand() => SendByHandAsync("sent");

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Send_by_hand_one_a_call() => Parallel(Calls, async number =>
    {
        for (var i = number; i < Messages; i += Calls)
        {
            await _client.SendMessageAsync(UrlOf("sent"), CloudEvent());
        }
    });

    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task Send() => See(await _publisher.Bus.PublishManyAsync(_orders));

    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task There_and_back_by_hand()
    {
        await SendByHandAsync("raw");
        var left = Messages;
        await Parallel(Receivers, async _ =>
        {
            while (Volatile.Read(ref left) > 0)
            {
                var received = await _client.ReceiveMessageAsync(new ReceiveMessageRequest(UrlOf("raw")) { MaxNumberOfMessages = Batch, MessageSystemAttributeNames = ["All"] });
                if (received.Messages is { Count: > 0 } messages)
                {
                    messages.ForEach(message => Read(message.Body));
                    await _client.DeleteMessageBatchAsync(UrlOf("raw"), [.. messages.Select((message, i) => new DeleteMessageBatchRequestEntry($"{i}", message.ReceiptHandle))]);
                    Interlocked.Add(ref left, -messages.Count);
                }
            }
        });
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task There_and_back()
    {
        _countdown.Begin(Messages);
        See(await _roundTrip.Bus.PublishManyAsync(_orders));
        await _countdown.Done;
    }

    private static string UrlOf(string queue) => $"{StubAws.Url}/{StubSqs.Account}/{queue}";

    private static Task Parallel(int count, Func<int, Task> work) => Task.WhenAll(Enumerable.Range(0, count).Select(number => Task.Run(() => work(number))));

    private static string CloudEvent() =>
        $$"""{"specversion":"1.0","id":"{{Guid.CreateVersion7()}}","source":"/benchmarks","type":"order","time":"{{DateTime.UtcNow:O}}","datacontenttype":"application/json","data":{{JsonSerializer.Serialize(Order.Sample, JsonSerializerOptions.Web)}}}""";

    private static Order Read(string body)
    {
        using var json = JsonDocument.Parse(Encoding.UTF8.GetBytes(body));
        return json.RootElement.GetProperty("data").Deserialize<Order>(JsonSerializerOptions.Web)!;
    }

    private static void See(IReadOnlyList<PublishOutcome> outcomes)
    {
        if (outcomes.FirstOrDefault(outcome => outcome.Error is not null).Error is { } error)
        {
            throw error;
        }
    }

    private Task SendByHandAsync(string queue) => Parallel(Calls, async number =>
    {
        for (var first = number * Batch; first < Messages; first += Calls * Batch)
        {
            var response = await _client.SendMessageBatchAsync(UrlOf(queue), [.. Enumerable.Range(0, Batch).Select(i => new SendMessageBatchRequestEntry($"{i}", CloudEvent()))]);
            if (response.Failed is [var failed, ..])
            {
                throw new AmazonSQSException($"{failed.Code}: {failed.Message}");
            }
        }
    });
}
