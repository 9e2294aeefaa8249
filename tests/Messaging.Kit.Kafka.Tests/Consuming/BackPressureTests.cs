using System.Collections.Concurrent;
using System.Diagnostics;
using Confluent.Kafka;
using Messaging.Kit.Kafka.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Kafka.Tests.Consuming;

/// <summary>Handlers that are slower than the brokers. By itself, for it looks at the memory of the process.</summary>
[Collection(nameof(BackPressureTests))]
[CollectionDefinition(nameof(BackPressureTests), DisableParallelization = true)]
public sealed class BackPressureTests
{
    private const int BodyBytes = 64 * 1024;
    private const long MiB = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Partitions_pause_while_nobody_takes_what_they_bring_and_go_on_when_somebody_does()
    {
        const int Count = 5_000;
        var topic = $"paused-{Guid.NewGuid():N}";
        MockCluster.Create(topic);
        await WriteAsync(MockCluster.BootstrapServers, topic, Count, new byte[100]);
        var options = new KafkaTransportOptions { BootstrapServers = MockCluster.BootstrapServers };
        MockCluster.Tune(options);
        var inbox = new KafkaInbox(TimeProvider.System);
        await using var member = new KafkaMember(topic, topic, options, inbox, holder: null, transactions: null, replayed: [], TimeProvider.System, NullLogger.Instance);
        member.Start();
        await KafkaApp.UntilAsync(() => member.Partitions.Count == 4 && member.Partitions.All(partition => partition.IsPaused == true), "a pause");
        Assert.InRange(member.Partitions.Sum(partition => partition.Uncommitted), 1_000, 2_000);

        for (var taken = 0; taken < Count;)
        {
            var some = await inbox.TakeAsync(500, TimeSpan.FromSeconds(20), Token);
            Assert.NotEmpty(some);
            taken += some.Count;
        }

        await KafkaApp.UntilAsync(() => member.Partitions.All(partition => partition.IsPaused == false), "an end of the pause");
    }

    [Fact]
    public async Task Memory_stays_within_what_the_options_say_and_the_member_stays_in_its_group()
    {
        const int Count = 12_000, Partitions = 4;
        var topic = await LiveKafka.CreateAsync("slow", Partitions);
        var before = Memory();
        await WriteAsync(LiveKafka.Servers, topic, Count, new byte[BodyBytes]);
        var handled = new ConcurrentDictionary<string, int>();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bound = 0L;
        var most = 0L;
        await using (var app = await KafkaApp.StartAsync(
            kit => kit.Consume(from => from.Kafka(topic)).Configure(options => bound += options.PrefetchBytes).HandleRaw(async (context, token) =>
            {
                await release.Task.WaitAsync(token);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, token);
                handled.AddOrUpdate(context.Envelope.Key!, 1, (_, count) => count + 1);
            }),
            options =>
            {
                // Whoever did not poll for six seconds would be expelled.
                (options.Group, options.SessionTimeout) = (topic, TimeSpan.FromSeconds(6));
                options.ClientSettings["max.poll.interval.ms"] = "6000";
                bound += options.FetchAheadBytes;
            },
            LiveKafka.Servers))
        {
            // First no handler ends at all, and then each takes its time.
            for (var second = 0; second < 20; second++)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Token);
                most = Math.Max(most, Memory() - before);
                if (second == 9)
                {
                    Assert.Empty(handled);
                    release.SetResult();
                }
            }
        }

        await LiveKafka.DeleteAsync(topic);

        // On top of what is held come one fetch of each partition, as much again that the allocators have not given back yet, and what a host needs.
        bound = (2 * bound) + (Partitions * MiB) + (128 * MiB);
        TestContext.Current.TestOutputHelper!.WriteLine($"{most / MiB} MiB more, {bound / MiB} at most, of {(long)Count * BodyBytes / MiB} MiB; {handled.Count} handled");
        Assert.InRange(handled.Count, 1_000, Count);
        Assert.All(handled.Values, times => Assert.Equal(1, times));
        Assert.InRange(most, 0, bound);
    }

    // The native client's memory is part of it.
    private static long Memory()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static async Task WriteAsync(string servers, string topic, int count, byte[] body)
    {
        var config = new ProducerConfig { BootstrapServers = servers, QueueBufferingMaxKbytes = 4096, EnableIdempotence = true };
        using var producer = new ProducerBuilder<string, byte[]>(config).Build();
        for (var number = 0; number < count;)
        {
            try
            {
                producer.Produce(topic, new() { Key = $"{number}", Value = body }, report => Assert.False(report.Error.IsError, report.Error.Reason));
                number++;
            }
            catch (ProduceException<string, byte[]> exception) when (exception.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Token);
            }
        }

        producer.Flush(Token);
    }
}
