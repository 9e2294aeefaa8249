using System.Diagnostics;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Kafka.Tests.Publishing;

/// <summary>A client that comes to its end while many publish with it: each message has one outcome, and those who come later have a new client.</summary>
public sealed class FatalErrorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private delegate int Fail(IntPtr client, int code, [MarshalAs(UnmanagedType.LPUTF8Str)] string reason);

    [Fact]
    public async Task Client_that_ends_under_load_is_replaced_and_every_publish_has_its_outcome()
    {
        var topic = $"fatal-{Guid.NewGuid():N}";
        MockCluster.Create(topic);
        var options = new KafkaTransportOptions { BootstrapServers = MockCluster.BootstrapServers, Linger = TimeSpan.Zero };
        await using var producer = new KafkaProducer(options, TimeProvider.System, NullLogger.Instance);
        await using var sender = new KafkaSender(topic, producer, options, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var publishers = Enumerable.Range(0, 8).Select(index => Task.Run(() => PublishAsync(sender, index, stop.Token), Token)).ToList();
        for (var round = 0; round < 10; round++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
            End(producer.GetClient(topic).Producer);
        }

        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, Token);
        await stop.CancelAsync();
        var outcomes = await Task.WhenAll(publishers).WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.True(outcomes.Sum(outcome => outcome.Accepted) > 0);

        // The last client is sound.
        await PostAsync(sender, Message("last"));
    }

    private static async Task<(int Accepted, int Failed)> PublishAsync(KafkaSender sender, int index, CancellationToken stop)
    {
        var (accepted, failed) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await PostAsync(sender, Message($"{index}-{accepted + failed}"));
                accepted++;
            }
            catch (TransportException)
            {
                failed++;
            }
        }

        return (accepted, failed);
    }

    private static async Task PostAsync(KafkaSender sender, Envelope message)
    {
        var receipt = new AwaitableReceipt();
        await sender.PostAsync(message, receipt, CancellationToken.None);
        await receipt.Outcome;
    }

    private static Envelope Message(string id) => new(id, "test", "{}"u8.ToArray()) { Key = id };

    // As the client library's own tests do it.
    private static void End(IProducer<byte[], byte[]?> client)
    {
        var library = Process.GetCurrentProcess().Modules.Cast<ProcessModule>().First(module => module.ModuleName.Contains("librdkafka", StringComparison.Ordinal));
        var fail = Marshal.GetDelegateForFunctionPointer<Fail>(NativeLibrary.GetExport(NativeLibrary.Load(library.FileName), "rd_kafka_test_fatal_error"));
        var handle = (SafeHandle)typeof(Handle).GetProperty("LibrdkafkaHandle", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(client.Handle)!;
        fail(handle.DangerousGetHandle(), (int)ErrorCode.OutOfOrderSequenceNumber, "for the test");
    }
}
