using Messaging.Kit.Publishing;
using Messaging.Kit.Tests.Fakes;

namespace Messaging.Kit.Tests.Publishing;

public sealed class KeyGateTests
{
    private readonly KeyGate _gate = new();

    [Fact]
    public async Task One_at_a_time_for_a_key_and_others_at_once()
    {
        await _gate.EnterAsync("a", default);
        var second = _gate.EnterAsync("a", default).AsTask();
        Assert.True(_gate.EnterAsync("b", default).IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);

        _gate.Exit("a");
        await Wait.For(second);
    }

    [Fact]
    public async Task Turns_come_in_the_order_of_arrival()
    {
        await _gate.EnterAsync("a", default);
        var turns = Enumerable.Range(0, 20).Select(_ => _gate.EnterAsync("a", default).AsTask()).ToList();
        foreach (var turn in turns)
        {
            Assert.False(turn.IsCompleted);
            _gate.Exit("a");
            await Wait.For(turn);
        }

        _gate.Exit("a");
        Assert.True(_gate.EnterAsync("a", default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Cancelling_gives_the_turn_to_the_next()
    {
        using var cancellation = new CancellationTokenSource();
        await _gate.EnterAsync("a", default);
        var cancelled = _gate.EnterAsync("a", cancellation.Token).AsTask();
        var next = _gate.EnterAsync("a", default).AsTask();
        await cancellation.CancelAsync();

        Assert.Equal(cancellation.Token, (await Wait.Fails<OperationCanceledException>(cancelled)).CancellationToken);
        Assert.False(next.IsCompleted);
        _gate.Exit("a");
        await Wait.For(next);
    }

    [Fact]
    public async Task Key_is_free_when_all_who_waited_have_gone()
    {
        using var cancellation = new CancellationTokenSource();
        await _gate.EnterAsync("a", default);
        var cancelled = _gate.EnterAsync("a", cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Wait.Fails<OperationCanceledException>(cancelled);
        _gate.Exit("a");

        Assert.True(_gate.EnterAsync("a", default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Cancelled_token_takes_no_turn()
    {
        await Wait.Fails<OperationCanceledException>(_gate.EnterAsync("a", new CancellationToken(canceled: true)));
        Assert.True(_gate.EnterAsync("a", default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task No_turn_is_lost_and_none_given_twice_under_load()
    {
        var inside = new int[3];
        var done = 0;
        await Wait.For(Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(async () =>
        {
            var random = new Random(number);
            for (var round = 0; round < 2000; round++)
            {
                var index = random.Next(inside.Length);
                using var cancellation = new CancellationTokenSource();
                var entering = _gate.EnterAsync($"{index}", cancellation.Token).AsTask();
                if (random.Next(4) == 0)
                {
                    await cancellation.CancelAsync();
                }

                try
                {
                    await entering;
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                Assert.Equal(1, Interlocked.Increment(ref inside[index]));
                await Task.Yield();
                Interlocked.Decrement(ref inside[index]);
                Interlocked.Increment(ref done);
                _gate.Exit($"{index}");
            }
        }))));

        Assert.InRange(done, 10_000, 32_000);
        Assert.All(inside, count => Assert.Equal(0, count));
    }
}
