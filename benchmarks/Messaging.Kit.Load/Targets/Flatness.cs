using Messaging.Kit.Load.Measuring;
using Messaging.Kit.Load.Transports;
using Messaging.Kit.Load.Work;

namespace Messaging.Kit.Load.Targets;

/// <summary>What a message costs among few and among many: routes, keys, messages that wait. The few and the many take turns, and medians count.</summary>
internal sealed class Flatness(Options options, CancellationToken cancellationToken)
{
    // Timers, caches and a busy machine move a cost by some percent; what grows with the number of things moves it by far more.
    private const double Most = 1.25;
    private const string Endpoint = "in this process";

    private const int Keys = 100_000;
    private const int Backlog = 1_000_000, SmallBacklog = 50_000;
    private const int Rate = 50_000, ShortSeconds = 4, LongSeconds = 16;

    private int Scale => options.IsQuick ? 50 : 1;

    public async Task AddAsync(TargetRuns targets)
    {
        Console.WriteLine($"{Environment.NewLine}Flatness");
        targets.Add(Make($"CPU of a publish, {ManyRoutes.Count:N0} routes over 1", await RoutesAsync()));
        targets.Add(Make($"CPU of a message, {Keys:N0} keys over 1, FIFO", await RatioAsync(
            () => EndToEndAsync(new() { IsFifo = true, Keys = 1, Messages = 200_000 / Scale }),
            () => EndToEndAsync(new() { IsFifo = true, Keys = Keys, Messages = 200_000 / Scale }))));
        targets.Add(Make($"CPU of a message consumed, backlog of {Backlog:N0} over {SmallBacklog:N0}", await RatioAsync(
            () => ConsumeAsync(SmallBacklog / Scale), () => ConsumeAsync(Backlog / Scale))));
        targets.Add(Make($"Peak memory, {LongSeconds} s of {Rate:N0} msg/s over {ShortSeconds} s", await RatioAsync(() => MemoryAsync(ShortSeconds), () => MemoryAsync(LongSeconds))));
    }

    private static Target Make(string name, double ratio) => new(name, Most, true, "times", ratio, "flat is 1; the machine's noise is allowed for", Endpoint);

    private async Task<double> RatioAsync(Func<Task<double>> few, Func<Task<double>> many)
    {
        // The first of each is the warm-up.
        _ = (await few(), await many());
        var ratios = new List<double>();
        for (var round = 0; round < (options.IsQuick ? 1 : options.Rounds); round++)
        {
            var small = await few();
            ratios.Add(await many() / small);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return Median.Of(ratios);
    }

    private async Task<double> RoutesAsync()
    {
        await using var one = new ManyRoutes(1);
        await using var all = new ManyRoutes(ManyRoutes.Count);
        return await RatioAsync(() => one.PublishAsync(500_000 / Scale), () => all.PublishAsync(500_000 / Scale));
    }

    private Task<double> EndToEndAsync(Options wanted) => OnChannelAsync(wanted, async (kit, channel, payloads) =>
    {
        var (supply, ledger) = (new Supply(payloads, wanted.Messages, null), new Ledger(Supply.Opening));
        await kit.RunAsync(channel, supply, ledger, null, cancellationToken);
        return ledger.Measured!.CpuPerMessage;
    });

    private Task<double> ConsumeAsync(int messages) => OnChannelAsync(new() { Messages = messages }, async (kit, channel, payloads) =>
    {
        var (supply, ledger) = (new Supply(payloads, messages, null), new Ledger(messages / 10));
        await kit.PublishAsync(channel, supply, cancellationToken);
        ledger.Expect(supply.Confirmed);
        await kit.ConsumeAsync(channel, ledger, cancellationToken);
        return ledger.Measured!.CpuPerMessage;
    });

    private Task<double> MemoryAsync(int seconds) => OnChannelAsync(new(), async (kit, channel, payloads) =>
    {
        // What runs before have left goes back to the system: beside a heap that once held a backlog, nothing that grows would be seen.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var (supply, ledger) = (new Supply(payloads, Rate * seconds / Scale, null), new Ledger(Supply.Opening));
        await kit.RunAsync(channel, supply, ledger, Rate, cancellationToken);
        return ledger.Measured!.PeakMemory;
    });

    private static async Task<double> OnChannelAsync(Options wanted, Func<Work.Kit, string, Payloads, Task<double>> measure)
    {
        await using var transport = new InMemoryTransport(wanted);
        var channel = transport.NewChannel();
        await transport.CreateAsync(channel, CancellationToken.None);
        GC.Collect();
        return await measure(new(transport, wanted), channel, new(wanted.Size, wanted.Keys));
    }
}
