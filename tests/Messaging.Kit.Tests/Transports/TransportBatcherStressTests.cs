using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Tests.Transports;

/// <summary>Thousands of publishers, a broker that fails in every way, and a ledger that has to agree with what the publishers were told.</summary>
public sealed class TransportBatcherStressTests
{
    private const int Publishers = 64;
    private const int PerPublisher = 250;

    private readonly ConcurrentDictionary<int, int> _accepted = new();
    private readonly ConcurrentDictionary<int, bool> _ambiguous = new();
    private int _calls, _wrongSizes;

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 4, 4)]
    [InlineData(3, 8, 8)]
    [InlineData(4, 4, 1)]
    [InlineData(5, 8, 3)]
    public async Task Every_outcome_is_true(int seed, int maxCalls, int eagerCalls)
    {
        var limits = new TransportLimits(BatchCount: 10, BatchBytes: 100, MessageBytes: 100);
        using var batcher = new TransportBatcher<int>(
            () => limits,
            (batch, cancellationToken) => SendAsync(batch, limits, seed, cancellationToken),
            new BatcherOptions(maxCalls, MaxAttempts: 4, TimeSpan.FromTicks(1000), TimeSpan.FromMilliseconds(1)) { EagerCalls = eagerCalls },
            TimeProvider.System,
            NullLogger.Instance);

        var outcomes = (await Wait.For(Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Run(() => PublishAsync(batcher, publisher, seed))))))
            .SelectMany(outcomes => outcomes)
            .ToDictionary(outcome => outcome.Item, outcome => outcome.Failure);
        await Wait.For(batcher.StopAsync(CancellationToken.None));

        Assert.Equal(Publishers * PerPublisher, outcomes.Count);
        Assert.Equal(0, _wrongSizes);
        foreach (var (item, failure) in outcomes)
        {
            switch (failure)
            {
                case null:
                    Assert.True(_accepted.ContainsKey(item), $"{item} was reported as accepted and is not.");
                    break;
                case OperationCanceledException or TransportException:
                    Assert.True(!_accepted.ContainsKey(item) || _ambiguous.ContainsKey(item), $"{item} was accepted and reported as: {failure.Message}");
                    break;
            }

            if (failure is TransportException { Kind: FailureKind.Permanent })
            {
                Assert.Equal($"{item}", failure.Message);
            }
        }

        Assert.All(_accepted, pair => Assert.True(pair.Value == 1 || _ambiguous.ContainsKey(pair.Key), $"{pair.Key} was accepted {pair.Value} times."));

        // The run means something only when all of it has happened.
        Assert.Contains(outcomes.Values, failure => failure is OperationCanceledException);
        Assert.Contains(outcomes.Values, failure => failure is TransportException { Kind: FailureKind.Permanent });
        Assert.Contains(outcomes.Values, failure => failure is TransportException { Kind: FailureKind.TooLarge });
        Assert.InRange(outcomes.Values.Count(failure => failure is null), Publishers * PerPublisher / 2, Publishers * PerPublisher);
    }

    private static async Task<List<(int Item, Exception? Failure)>> PublishAsync(TransportBatcher<int> batcher, int publisher, int seed)
    {
        var random = new Random((seed * 1000) + publisher);
        var outcomes = new List<(int, Exception?)>(PerPublisher);
        for (var number = 0; number < PerPublisher; number++)
        {
            var item = (publisher * PerPublisher) + number;
            using var cancellation = new CancellationTokenSource();
            try
            {
                var added = batcher.AddAsync(item, SizeOf(item), cancellation.Token);
                if (random.Next(8) == 0)
                {
                    await Task.Yield();
                    await cancellation.CancelAsync();
                }

                await added;
                outcomes.Add((item, null));
            }
            catch (Exception exception)
            {
                outcomes.Add((item, exception));
            }
        }

        return outcomes;
    }

    private async ValueTask SendAsync(TransportBatch<int> batch, TransportLimits limits, int seed, CancellationToken cancellationToken)
    {
        var random = new Random((seed * 1_000_000) + Interlocked.Increment(ref _calls));
        var items = Enumerable.Range(0, batch.Count).Select(index => batch[index]).ToArray();
        if (items.Length > limits.BatchCount || (items.Length > 1 && items.Sum(SizeOf) > limits.BatchBytes))
        {
            Interlocked.Increment(ref _wrongSizes);
        }

        switch (random.Next(4))
        {
            case 0:
                await Task.Yield();
                break;
            case 1:
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(2)), cancellationToken);
                break;
        }

        switch (random.Next(20))
        {
            case 0:
                throw new TransportException(FailureKind.Throttled, "nothing was accepted");
            case 1:
                throw new OperationCanceledException("nothing was accepted, the client timed out");
            case 2:
                Array.ForEach(items, item => _ambiguous[item] = true);
                Array.ForEach(items, Accept);
                throw new TransportException(FailureKind.Transient, "all was accepted, the answer got lost");
            case 3:
                throw new TransportException(FailureKind.TooLarge, "nothing was accepted");
        }

        for (var index = 0; index < items.Length; index++)
        {
            switch (random.Next(25))
            {
                case 0:
                    batch.Fail(index, new TransportException(FailureKind.Permanent, $"{items[index]}"));
                    break;
                case 1 or 2:
                    batch.Fail(index, new TransportException(FailureKind.Transient, $"{items[index]}"));
                    break;
                default:
                    Accept(items[index]);
                    break;
            }
        }
    }

    private void Accept(int item) => _accepted.AddOrUpdate(item, 1, (_, times) => times + 1);

    private static int SizeOf(int item) => 1 + (item % 30);
}
