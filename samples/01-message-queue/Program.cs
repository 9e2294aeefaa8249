using Amazon.Runtime.Internal;
using MessageQueue;
using Messaging.Kit;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Middleware.Idempotency;
using Messaging.Kit.Middleware.Redelivery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

if (CommandLine.Read(args, out var options) is { } fault)
{
    await Console.Error.WriteLineAsync(fault);
    return 2;
}

if (options is null)
{
    Console.WriteLine(CommandLine.Help);
    return 0;
}

var (opened, contradiction) = await Continuation.OpenAsync(options);
if (opened is null)
{
    await Console.Error.WriteLineAsync(contradiction);
    return 2;
}

await using var ledger = opened;

var queues = new Queues(options, await ledger.KeepAsync("prefix", options.QueuePrefix ?? $"mk01-{ledger.Run}"));
var figures = new Figures(ledger);
var clerk = new DeadLetterClerk(ledger);

var builder = Host.CreateApplicationBuilder();
builder.Services.AddSingleton(options);
builder.Services.AddSingleton(ledger);
builder.Services.AddSingleton(figures);
builder.Services.AddSingleton<Plan>();
builder.Services.AddSingleton<IMessageObserver>(figures);
builder.Services.AddSingleton<IIdempotencyStore, LedgerIdempotencyStore>();

// The journey of every message, from end to end.
builder.Services.AddMessaging(kit =>
{
    kit.Configure(queues.Configure);
    if (options.HasStandard)
    {
        kit.Publish<OrderPlaced>("order.placed", queues.To(Queues.Orders))
            .Use(TroubleMaker.BreakBodyAsync)
            .UseCompression()
            .Use(figures.WeighAsync);
    }

    if (options.HasFifo)
    {
        kit.Publish<StockMoved>("stock.moved", queues.To(Queues.Stock))
            .KeyBy(movement => movement.Sku)
            .Use(TroubleMaker.BreakBodyAsync)
            .UseCompression()
            .Use(figures.WeighAsync);
    }

    if (options.HasStandard && options.Works)
    {
        kit.Consume(queues.From(Queues.Orders))
            .Named("shipping")
            .Configure(consumer => consumer.Concurrency = 32)
            .UseDeadLetter(queues.To(Queues.OrdersDead), maxDeliveries: 5, letters => letters.On<RuleBrokenException>())
            .UseIdempotency(idempotency => idempotency.Lease = options.Lease)
            .UseCompression()
            .UseRedelivery(BackOff.Exponential(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2)))
            .UseRetry(retry => (retry.Delay, retry.ShouldRetry) = (TimeSpan.FromMilliseconds(20), failure => failure is not RuleBrokenException))
            .Use<TroubleMaker>()
            .Handle<OrderPlaced, ShipOrder>("order.placed");

        kit.Consume(queues.From(Queues.OrdersDead)).HandleRaw(clerk.RecordAsync);
    }

    if (options.HasFifo && options.Works)
    {
        kit.Consume(queues.From(Queues.Stock))
            .Named("stock")
            .Configure(consumer => consumer.Concurrency = 32)
            .UseDeadLetter(queues.To(Queues.StockDead), maxDeliveries: 5, letters => letters.On<RuleBrokenException>())
            .UseIdempotency(idempotency => idempotency.Lease = options.Lease)
            .UseCompression()
            .UseRedelivery(BackOff.Exponential(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2)))
            .UseRetry(retry => (retry.Delay, retry.ShouldRetry) = (TimeSpan.FromMilliseconds(20), failure => failure is not RuleBrokenException))
            .Use<TroubleMaker>()
            .Handle<StockMoved, BookStock>("stock.moved");

        kit.Consume(queues.From(Queues.StockDead)).HandleRaw(clerk.RecordAsync);
    }
});

if (options.Transport == Transport.Sqs)
{
    queues.AddSqs(builder.Services);
    RuntimePipelineCustomizerRegistry.Instance.Register(new SqsCalls(figures));
}

// Stopped in the reverse order: the intake before the bus that it publishes to.
builder.Services.AddSingleton<Referee>();
if (options.Publishes)
{
    builder.Services.AddHostedService<Intake>();
}

builder.Services.AddHostedService(services => services.GetRequiredService<Referee>());
builder.Services.AddHostedService<Dashboard>();
builder.Logging.AddLog(options.IsVerbose);

Console.WriteLine($"Run {ledger.Run} on {(options.Transport == Transport.Sqs ? $"SQS, queues {queues.Prefix}-*" : "the embedded broker")}; ledger {options.Ledger ?? "in memory"}.");
var host = builder.Build();
var referee = host.Services.GetRequiredService<Referee>();
if (await SampleHost.TryAsync(() => host.RunAsync()) is { } refusal)
{
    referee.Abandon(refusal);
}

await figures.FlushAsync();
var summary = new Summary(await ledger.ReconcileAsync(), options, referee);

// Queues with names of their own are of no use to anybody after the run, unless a ledger may still go on with them.
if (summary.IsReconciled && options is { Transport: Transport.Sqs, QueuePrefix: null, Ledger: null })
{
    Console.WriteLine(await queues.DeleteAsync());
}

Console.WriteLine(summary);
if (options.Summary is not null)
{
    await File.WriteAllTextAsync(options.Summary, summary.ToJson());
}

return summary.IsReconciled ? 0 : 1;
