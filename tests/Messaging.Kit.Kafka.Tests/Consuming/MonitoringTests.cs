using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Kafka.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Messaging.Kit.Kafka.Tests.Consuming;

public sealed class MonitoringTests
{
    [Fact]
    public async Task Lag_age_and_rebalances_are_told_for_each_partition()
    {
        var topic = NewTopic();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var metrics = new Metrics(topic);
        await using var app = await StartAsync(topic, async (_, token) => await release.Task.WaitAsync(token));
        await PublishAsync(app, 10);
        await KafkaApp.UntilAsync(() => metrics.Read("messagingkit.kafka.consumer.lag") == 10, "a lag of 10");
        Assert.Equal(10, metrics.Read("messagingkit.kafka.consumer.uncommitted"));
        Assert.True(metrics.Read("messagingkit.kafka.consumer.age") > 0);
        Assert.True(metrics.Read("messagingkit.kafka.rebalances") >= 1);
        release.SetResult();
        await KafkaApp.UntilAsync(() => metrics.Read("messagingkit.kafka.consumer.lag") == 0, "no lag");
        Assert.Equal(0, metrics.Read("messagingkit.kafka.consumer.age"));
    }

    [Fact]
    public async Task Readiness_knows_a_partition_that_is_stuck_from_one_that_is_idle()
    {
        var topic = NewTopic();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await StartAsync(topic, async (_, token) => await release.Task.WaitAsync(token), options => options.StuckAfter = TimeSpan.FromSeconds(1));
        var health = app.Services.GetRequiredService<HealthCheckService>();
        await KafkaApp.UntilAsync(() => IsHealthy(health), "idle and ready");

        await PublishAsync(app, 3);
        await KafkaApp.UntilAsync(() => !IsHealthy(health), "stuck");
        var report = await health.CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"of '{topic}' has had the same first message for 00:00:0", report.Entries.Values.Single(entry => entry.Status != HealthStatus.Healthy).Description, StringComparison.Ordinal);

        release.SetResult();
        await KafkaApp.UntilAsync(() => IsHealthy(health), "ready again");
    }

    private static string NewTopic()
    {
        var topic = $"watched-{Guid.NewGuid():N}";
        MockCluster.Create(topic);
        return topic;
    }

    private static bool IsHealthy(HealthCheckService health) =>
        health.CheckHealthAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult().Status == HealthStatus.Healthy;

    private static Task<KafkaApp> StartAsync(string topic, Func<int, CancellationToken, Task> handle, Action<KafkaTransportOptions>? tune = null) => KafkaApp.StartAsync(
        kit =>
        {
            kit.Publish<int>("number", to => to.Kafka(topic));
            kit.Consume(from => from.Kafka(topic, options => options.Group = topic)).Handle<int>("number", async (number, _, token) => await handle(number, token));
        },
        tune);

    private static async Task PublishAsync(KafkaApp app, int count) =>
        Assert.All(await app.Bus.PublishManyAsync(Enumerable.Range(0, count), number => new() { Key = $"{number}" }), outcome => Assert.Null(outcome.Error));

    /// <summary>The sums of the instruments over the partitions of one topic.</summary>
    private sealed class Metrics : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<string, double> _counted = new();
        private readonly ConcurrentDictionary<string, double> _observed = new();
        private readonly string _topic;

        public Metrics(string topic)
        {
            _topic = topic;
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == MessagingDiagnostics.Name && instrument.Name.StartsWith("messagingkit.kafka.", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.Start();
        }

        public double Read(string instrument)
        {
            _observed.Clear();
            _listener.RecordObservableInstruments();
            return _observed.TryGetValue(instrument, out var observed) ? observed : _counted.GetValueOrDefault(instrument);
        }

        public void Dispose() => _listener.Dispose();

        private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var (name, tag) in tags)
            {
                if (name == "messaging.destination.name" && tag is string topic && topic == _topic)
                {
                    (instrument.IsObservable ? _observed : _counted).AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
                }
            }
        }
    }
}
