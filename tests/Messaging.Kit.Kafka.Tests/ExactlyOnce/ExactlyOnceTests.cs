using System.Collections.Concurrent;
using System.Globalization;
using Messaging.Kit.Hosting;
using Messaging.Kit.Kafka.Tests.Fakes;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Redelivery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Kafka.Tests.ExactlyOnce;

/// <summary>Consume, process, produce: each message's output is there once, whatever happens on the way.</summary>
public sealed class ExactlyOnceTests
{
    private const int Count = 300;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_message_has_its_output_once()
    {
        var (input, output) = (await LiveKafka.CreateAsync("in"), await LiveKafka.CreateAsync("out"));
        await PublishAsync(input);
        await using var run = await Run.StartAsync(input, output, (message, publish) => publish(message));
        await UntilAsync(() => Numbers(output).Count >= Count);
        await run.DisposeAsync();
        AssertOnceInOrder(output);
    }

    [Theory]
    [InlineData(KafkaGroupProtocol.Classic)]
    [InlineData(KafkaGroupProtocol.Consumer)]
    public async Task A_handler_that_fails_after_it_has_published_leaves_nothing_behind(KafkaGroupProtocol protocol)
    {
        var (input, output) = (await LiveKafka.CreateAsync("in"), await LiveKafka.CreateAsync("out"));
        await PublishAsync(input);
        var failures = new ConcurrentDictionary<int, int>();
        await using var run = await Run.StartAsync(
            input,
            output,
            async (message, publish) =>
            {
                await publish(message);
                if (message.Number % 50 == 7 && failures.AddOrUpdate(message.Number, 1, (_, count) => count + 1) <= 2)
                {
                    throw new InvalidOperationException("Not at the first time, nor at the second.");
                }
            },
            options => options.GroupProtocol = protocol);
        await UntilAsync(() => Numbers(output).Count >= Count);
        await run.DisposeAsync();
        Assert.Equal(Count / 50, failures.Count);

        // Twice by itself; one that comes after the others of its transaction may be undone with another once more.
        Assert.All(failures.Values, count => Assert.InRange(count, 3, 5));
        AssertOnceInOrder(output);
    }

    [Fact]
    public async Task A_message_that_keeps_failing_goes_to_the_dead_letters_once_and_leaves_no_output()
    {
        var (input, output, dead) = (await LiveKafka.CreateAsync("in"), await LiveKafka.CreateAsync("out"), await LiveKafka.CreateAsync("dead"));
        await PublishAsync(input);
        await using var run = await Run.StartAsync(
            input,
            output,
            async (message, publish) =>
            {
                await publish(message);
                if (message.Number == 42)
                {
                    throw new InvalidOperationException("Never.");
                }
            },
            deadLetters: dead);
        await UntilAsync(() => Numbers(output).Count >= Count - 1);
        await UntilAsync(() => LiveKafka.ReadAll(dead).Count > 0);
        await run.DisposeAsync();
        Assert.Equal("42", Assert.Single(LiveKafka.ReadAll(dead)).Message.Key[4..]);
        Assert.Equal(Enumerable.Range(0, Count).Where(number => number != 42), Numbers(output).Order());
    }

    [Theory]
    [InlineData(KafkaGroupProtocol.Classic)]
    [InlineData(KafkaGroupProtocol.Consumer)]
    public async Task Members_that_come_and_go_neither_lose_nor_double(KafkaGroupProtocol protocol)
    {
        var (input, output) = (await LiveKafka.CreateAsync("in", 6), await LiveKafka.CreateAsync("out"));
        await PublishAsync(input, 3_000);
        void Tune(KafkaTransportOptions options) => options.GroupProtocol = protocol;
        async Task HandleAsync(Work message, Func<Work, Task> publish)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Token);
            await publish(message);
        }

        await using var first = await Run.StartAsync(input, output, HandleAsync, Tune);
        await UntilAsync(() => first.Handled > 100);
        await using var second = await Run.StartAsync(input, output, HandleAsync, Tune);
        await UntilAsync(() => second.Handled > 100);
        await first.DisposeAsync();
        await using var third = await Run.StartAsync(input, output, HandleAsync, Tune);
        await UntilAsync(() => third.Handled > 100 || Numbers(output).Count == 3_000);
        await second.DisposeAsync();
        await UntilAsync(() => Numbers(output).Count >= 3_000);
        await third.DisposeAsync();
        Assert.Equal(Enumerable.Range(0, 3_000), Numbers(output).Order());
    }

    [Theory]
    [InlineData(KafkaGroupProtocol.Classic)]
    [InlineData(KafkaGroupProtocol.Consumer)]
    public async Task Partitions_that_move_before_the_first_message_do_not_hold_it_up(KafkaGroupProtocol protocol)
    {
        var (input, output) = (await LiveKafka.CreateAsync("in", 6), await LiveKafka.CreateAsync("out"));
        static Task HandleAsync(Work message, Func<Work, Task> publish) => publish(message);
        void Tune(KafkaTransportOptions options) => options.GroupProtocol = protocol;
        await using var first = await Run.StartAsync(input, output, HandleAsync, Tune);
        await PublishAsync(input, 10);
        await UntilAsync(() => first.Handled == 10);

        // The first has an open transaction now, and nothing in it.
        await using var second = await Run.StartAsync(input, output, HandleAsync, Tune);
        await Task.Delay(TimeSpan.FromSeconds(8), TimeProvider.System, Token);
        await PublishAsync(input, 300);
        await UntilAsync(() => Numbers(output).Count >= 310);
        Assert.True(second.Handled > 0);
    }

    [Fact]
    public async Task Middleware_that_would_break_it_is_refused_at_start()
    {
        foreach (var add in new Action<ConsumeBuilder>[] { consume => consume.UseRetry(), consume => consume.UseIdempotency() })
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddMessaging(kit =>
            {
                var consume = kit.Consume(from => from.Kafka("in", options => options.BootstrapServers = MockCluster.BootstrapServers)).ExactlyOnce();
                add(consume);
                consume.Handle<Work>("work", (_, _, _) => default);
            });
            using var host = builder.Build();
            var failure = await Assert.ThrowsAsync<MessagingException>(() => host.StartAsync(Token));
            Assert.Contains("exactly once", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Reading_what_is_not_committed_is_refused_at_start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMessaging(kit => kit
            .Consume(from => from.Kafka("in", options => (options.BootstrapServers, options.ReadUncommitted) = (MockCluster.BootstrapServers, true)))
            .ExactlyOnce()
            .Handle<Work>("work", (_, _, _) => default));
        using var host = builder.Build();
        var failure = await Assert.ThrowsAsync<MessagingException>(() => host.StartAsync(Token));
        Assert.Contains("ReadUncommitted", failure.Message, StringComparison.Ordinal);
    }

    private static async Task PublishAsync(string topic, int count = Count)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMessaging(kit => kit.Publish<Work>("work", to => to.Kafka(topic, options => options.BootstrapServers = LiveKafka.Servers)).KeyBy(Run.KeyOf));
        using var host = builder.Build();
        await host.StartAsync(Token);
        var outcomes = await host.Services.GetRequiredService<IMessageBus>().PublishManyAsync(Enumerable.Range(0, count).Select(number => new Work(number)), cancellationToken: Token);
        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
        await host.StopAsync(Token);
    }

    private static List<int> Numbers(string topic) =>
        LiveKafka.ReadAll(topic).ConvertAll(result => int.Parse(result.Message.Value[10..^1], CultureInfo.InvariantCulture));

    private static void AssertOnceInOrder(string output)
    {
        Assert.Equal(Enumerable.Range(0, Count), Numbers(output).Order());
        foreach (var partition in LiveKafka.ReadAll(output).GroupBy(result => result.Message.Key))
        {
            var numbers = partition.Select(result => int.Parse(result.Message.Value[10..^1], CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(numbers.Order(), numbers);
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !condition();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), "It did not happen within 60 s.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
        }
    }

    private sealed record Work(int Number);

    /// <summary>A host that consumes one topic and publishes to another.</summary>
    private sealed class Run(IHost host) : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<int, bool> _handled = new();
        private bool _isStopped;

        public int Handled => _handled.Count;

        public static string KeyOf(Work message) => message.Number == 42 ? "key-42" : $"key-{message.Number % 10}";

        public static async Task<Run> StartAsync(
            string input,
            string output,
            Func<Work, Func<Work, Task>, Task> handle,
            Action<KafkaTransportOptions>? tune = null,
            string? deadLetters = null)
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            Run run = null!;
            builder.Services.AddKafkaTransport(options =>
            {
                options.BootstrapServers = LiveKafka.Servers;
                options.Linger = TimeSpan.Zero;
                tune?.Invoke(options);
            });
            builder.Services.AddMessaging(kit =>
            {
                kit.Publish<Work>("work", to => to.Kafka(output)).KeyBy(KeyOf);
                var consume = kit.Consume(from => from.Kafka(input, options => options.Group = $"group-{input}")).ExactlyOnce().UseRedelivery(BackOff.Constant(TimeSpan.FromMilliseconds(20)));
                if (deadLetters is not null)
                {
                    consume.UseDeadLetter(to => to.Kafka(deadLetters), maxDeliveries: 3);
                }

                consume.Handle<Work>("work", async (message, context, token) =>
                {
                    var bus = context.Services.GetRequiredService<IMessageBus>();
                    await handle(message, publish => bus.PublishAsync(publish, cancellationToken: token).AsTask());
                    run._handled[message.Number] = true;
                });
            });
            run = new Run(builder.Build());
            await run.StartAsync();
            return run;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_isStopped)
            {
                _isStopped = true;
                await host.StopAsync(Token);
                await ((IAsyncDisposable)host).DisposeAsync();
            }
        }

        private Task StartAsync() => host.StartAsync(Token);
    }
}
