using Messaging.Kit.Load.Reports;
using Messaging.Kit.Load.Transports;

namespace Messaging.Kit.Load.Work;

/// <summary>
/// Runs the kit, and its twins on request, in rounds: each publishes into a channel of its own, and consumes what it has published. Contenders
/// take turns within a round, in another order in each, so that what else goes on in the machine meets all of them.
/// </summary>
internal sealed class Runner(Options options, LoadTransport transport, CancellationToken cancellationToken)
{
    // A warm-up is made of pieces of at most so many messages, until it has lasted long enough; where few go out in that time, of those few.
    private const int WarmUpPiece = 200_000;
    private const int MostWarmUps = 8;

    // Latencies are measured for so long at half of the rate that was reached, unless a rate is given.
    private const int LatencySeconds = 5;
    private const int LeastRate = 10;

    // A tenth passes before consuming is measured: groups are joined and connections opened by then.
    private const int SkippedShare = 10;

    private readonly Payloads _payloads = new(options.Size, options.Keys);
    private readonly Kit _kit = new(transport, options);
    private readonly Books _books = new();

    public async Task<RunResult> RunAsync()
    {
        List<Rounds> contenders = [new(_kit), .. options.IsRaw ? transport.Twins.Select(twin => new Rounds(twin)) : []];
        var result = new RunResult(options, transport.Endpoint, transport.Delivers, contenders, _books) { Size = _payloads.Size };
        try
        {
            foreach (var contender in contenders)
            {
                await WarmUpAsync(contender.Contender);
            }

            for (var round = 0; round < options.Rounds; round++)
            {
                for (var turn = 0; turn < contenders.Count; turn++)
                {
                    await TakeTurnAsync($"round {round + 1}", contenders[(turn + round) % contenders.Count]);
                }

                if (transport.Delivers)
                {
                    await EndToEndAsync($"round {round + 1}", result, options.Rate, options.Planned, options.Duration);
                }
            }

            if (transport.Delivers && options.Rate is null)
            {
                // What a loop measures that waits for each answer leaves out the waiting; so latencies are those of an open loop.
                var rate = (int)Math.Max(result.MessagesPerSecond / 2, LeastRate);
                await EndToEndAsync("latency", result, rate, Math.Max(Math.Min(options.Planned ?? long.MaxValue, (long)rate * LatencySeconds), Supply.Least), null);
            }
        }
        catch (TimeoutException exception)
        {
            _books.Fault(exception.Message);
        }

        return result;
    }

    private async Task WarmUpAsync(Contender contender)
    {
        var (busy, pieces) = (0.0, 0);
        while (busy < options.WarmUp.TotalSeconds && pieces++ < MostWarmUps)
        {
            var rounds = new Rounds(contender);
            await MoveAsync("warm-up", rounds, Math.Min(options.Messages, WarmUpPiece), options.WarmUp);
            busy += rounds.Publish.Concat(rounds.Consume).Sum(measured => measured.Seconds);
        }
    }

    private async Task TakeTurnAsync(string round, Rounds contender)
    {
        await MoveAsync(round, contender, options.Planned, options.Duration);
        Screen.Say($"{round}  {contender.Contender.Name}  publish", contender.Publish[^1]);
        if (transport.Delivers)
        {
            Screen.Say($"{round}  {contender.Contender.Name}  consume", contender.Consume[^1]);
        }
    }

    // What the last phase left behind is nobody's to clear away in the next.
    private static void Tidy()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private async Task MoveAsync(string round, Rounds contender, long? messages, TimeSpan? duration)
    {
        var title = $"{round}  {contender.Contender.Name}";
        var supply = new Supply(_payloads, messages, duration);
        await OnChannelAsync(async channel =>
        {
            Tidy();
            await WatchAsync($"{title}  publish", messages, () => supply.Confirmed, token => contender.Contender.PublishAsync(channel, supply, token));
            SeeThatSomeWentOut(supply);
            contender.Publish.Add(supply.Measured!);
            if (!transport.Delivers)
            {
                _books.Close(title, supply, null);
                return;
            }

            var ledger = new Ledger(supply.Confirmed / SkippedShare);
            ledger.Expect(supply.Confirmed);
            Tidy();
            try
            {
                await WatchAsync($"{title}  consume", supply.Confirmed, () => ledger.Arrived, token => contender.Contender.ConsumeAsync(channel, ledger, token));
            }
            finally
            {
                _books.Close(title, supply, ledger);
            }

            contender.Consume.Add(ledger.Measured!);
        });
    }

    private async Task EndToEndAsync(string title, RunResult result, int? rate, long? messages, TimeSpan? duration)
    {
        // All rounds at a rate count together: the slowest message of any of them is the slowest.
        var latencies = rate is null ? null : result.Latencies;
        var (supply, ledger) = (new Supply(_payloads, messages, duration), new Ledger(Supply.Opening, latencies));
        await OnChannelAsync(async channel =>
        {
            Tidy();
            try
            {
                await WatchAsync($"{title}  kit  end to end", messages, () => ledger.Arrived, token => _kit.RunAsync(channel, supply, ledger, rate, token));
            }
            finally
            {
                _books.Close($"{title}, end to end", supply, ledger);
            }

            SeeThatSomeWentOut(supply);
        });
        Screen.Say($"{title}  kit  end to end{(rate is null ? "" : $" at {rate:N0}/s")}", ledger.Measured!);
        if (latencies is not null)
        {
            result.LatencyRate = rate!.Value;
        }

        if (rate == options.Rate)
        {
            result.EndToEnd.Add(ledger.Measured!);
        }
    }

    // A few that fail are counted; when it is all of them there is nothing to measure.
    private static void SeeThatSomeWentOut(Supply supply)
    {
        if (supply.Confirmed <= Supply.Opening)
        {
            throw new EndpointException($"Nothing was accepted: {supply.Failure?.Message ?? "no message was due before the time was over."}");
        }
    }

    private async Task OnChannelAsync(Func<string, Task> work)
    {
        var channel = transport.NewChannel();
        await transport.CreateAsync(channel, cancellationToken);
        try
        {
            await work(channel);
        }
        finally
        {
            await transport.DeleteAsync(channel);
        }
    }

    private Task WatchAsync(string title, long? most, Func<long> progress, Func<CancellationToken, Task> work) =>
        Screen.WatchAsync(title, most, progress, Patience.RunAsync(work, progress, options.IdleTimeout, cancellationToken));
}
