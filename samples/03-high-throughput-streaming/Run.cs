using Messaging.Kit;
using Messaging.Kit.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HighThroughputStreaming;

/// <summary>One run, from the first reading to the summary.</summary>
internal static class Run
{
    public static async Task<Summary> RunAsync(Options options, Ledger ledger)
    {
        var streams = new Streams(options, await ledger.KeepAsync("name", options.Name ?? $"kit-ex03-{ledger.Run}"));
        var key = new KeyChoice(options);
        var archive = new Archive(ledger);
        using var figures = new Figures(ledger);

        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(ledger);
        builder.Services.AddSingleton(streams);
        builder.Services.AddSingleton(figures);
        builder.Services.AddSingleton<Plan>();
        builder.Services.AddSingleton(new Windowing(options.Window, options.Lateness));
        builder.Services.AddSingleton<WindowStore>();
        builder.Services.AddSingleton<Closing>();
        builder.Services.AddSingleton<AggregateReading>();
        builder.Services.AddSingleton<IMessageObserver>(figures);

        // The journey of every message, from end to end.
        builder.Services.AddMessaging(kit =>
        {
            kit.Configure(streams.Configure);
            kit.Publish<Reading>("reading", streams.To(Streams.Readings)).KeyBy(key.KeyOf).Use(Generator.BreakBodyAsync);
            kit.Publish<WindowClosed>("window.closed", streams.To(Streams.Results)).KeyBy(result => result.Device);
            kit.Publish<AnomalyFound>("anomaly.found", streams.To(Streams.Anomalies)).KeyBy(anomaly => anomaly.Device);
            kit.Publish<ReadingCameLate>("reading.late", streams.To(Streams.Late)).KeyBy(late => late.Reading.Device);

            if (options.Aggregates)
            {
                kit.Consume(streams.From(Streams.Readings))
                    .Named("aggregator")
                    .Configure(consumer => consumer.Concurrency = 256)
                    .UseDeadLetter(streams.To(Streams.ReadingsDead), maxDeliveries: 5, letters => letters.On<RuleBrokenException>())
                    .Handle<Reading, AggregateReading>("reading");

                kit.Consume(streams.From(Streams.Results)).Handle<WindowClosed>("window.closed", archive.RecordResultAsync);
                kit.Consume(streams.From(Streams.Anomalies)).Handle<AnomalyFound>("anomaly.found", archive.RecordAnomalyAsync);
                kit.Consume(streams.From(Streams.Late)).Handle<ReadingCameLate>("reading.late", archive.RecordLateAsync);
                kit.Consume(streams.From(Streams.ReadingsDead)).HandleRaw(archive.RecordDeadLetterAsync);
            }
        });

        streams.AddTransport(builder.Services);

        // Stopped in the reverse order: the generator before the bus that it publishes to.
        builder.Services.AddSingleton<Referee>();
        if (options.Generates)
        {
            builder.Services.AddHostedService<Generator>();
        }

        builder.Services.AddHostedService(services => services.GetRequiredService<Referee>());
        builder.Services.AddHostedService<Dashboard>();
        builder.Logging.AddLog(options.IsVerbose);

        Console.WriteLine($"Run {ledger.Run} on {(options.Transport == Transport.Kafka ? $"Kafka, topics {streams.Name}-*" : "the embedded broker")}, partitioning by {options.Partitioning.ToString().ToLowerInvariant()}; ledger {options.Ledger ?? "in memory"}.");
        var host = builder.Build();
        var referee = host.Services.GetRequiredService<Referee>();
        if (await SampleHost.TryAsync(() => host.RunAsync()) is { } refusal)
        {
            referee.Abandon(refusal);
        }

        await figures.FlushAsync();
        var summary = new Summary(await ledger.ReconcileAsync(), options, referee, figures, await streams.ReadPartitionsAsync(CancellationToken.None), streams.RebalancesOf(figures));

        // Topics with names of their own are of no use to anybody after the run, unless a ledger may still go on with them.
        if (summary.IsReconciled && options is { Transport: Transport.Kafka, Name: null, Ledger: null })
        {
            Console.WriteLine(await streams.DeleteAsync());
        }

        Console.WriteLine(summary);
        return summary;
    }
}
