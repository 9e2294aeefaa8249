using Messaging.Kit.Tests.Fakes;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Transports;

public sealed class CapacityGateTests
{
    [Fact]
    public async Task Those_who_fit_enter_at_once_and_get_as_much_as_there_is()
    {
        var gate = new CapacityGate(10, 1000);

        Assert.Equal(4, await gate.EnterAsync(1, 4, default));
        Assert.Equal(6, await gate.EnterAsync(1, 8, default));
        Assert.Equal(10, gate.Slots);
    }

    [Fact]
    public async Task Nobody_enters_below_the_minimum()
    {
        var gate = new CapacityGate(10, 1000);
        await gate.EnterAsync(8, 8, default);
        var waiting = gate.EnterAsync(3, 5, default).AsTask();
        Assert.False(waiting.IsCompleted);

        gate.GiveBack(1);
        Assert.Equal(3, await Wait.For(waiting));
        Assert.Equal(10, gate.Slots);
    }

    [Fact]
    public async Task Those_who_wait_enter_in_the_order_in_which_they_came()
    {
        var gate = new CapacityGate(1, 1000);
        await gate.EnterAsync(1, 1, default);
        var waiting = Enumerable.Range(0, 20).Select(_ => gate.EnterAsync(1, 1, default).AsTask()).ToList();
        foreach (var next in waiting)
        {
            Assert.False(next.IsCompleted);
            gate.GiveBack(1);
            await Wait.For(next);
        }

        Assert.Equal(1, gate.Slots);
    }

    [Fact]
    public async Task Nobody_overtakes_one_who_waits_for_more()
    {
        var gate = new CapacityGate(4, 1000);
        await gate.EnterAsync(3, 3, default);
        var large = gate.EnterAsync(4, 4, default).AsTask();
        var small = gate.EnterAsync(1, 1, default).AsTask();
        Assert.False(small.IsCompleted);

        gate.GiveBack(3);
        await Wait.For(large);
        Assert.False(small.IsCompleted);
        gate.GiveBack(4);
        await Wait.For(small);
    }

    [Fact]
    public async Task Nobody_enters_while_the_bytes_are_used_up()
    {
        var gate = new CapacityGate(10, 100);
        await gate.EnterAsync(1, 1, default);
        gate.Measure(1, 100);
        var waiting = gate.EnterAsync(1, 1, default).AsTask();
        Assert.False(waiting.IsCompleted);

        gate.Exit(1, 100);
        await Wait.For(waiting);
    }

    [Fact]
    public async Task Those_who_wait_for_bytes_do_not_enter_all_at_once()
    {
        // Each will hold 100 bytes, and nobody knows before it is in.
        var gate = new CapacityGate(1000, 1000);
        for (var held = 0; held < 10; held++)
        {
            await gate.EnterAsync(1, 1, default);
            gate.Measure(1, 100);
        }

        var waiting = Enumerable.Range(0, 500).Select(_ => gate.EnterAsync(1, 1, default).AsTask()).ToList();
        Assert.DoesNotContain(waiting, task => task.IsCompleted);

        for (var left = 500; left > 0; left--)
        {
            gate.Exit(1, 100);
            Assert.Equal(10, gate.Slots);
            await Wait.For(waiting[500 - left]);
            gate.Measure(1, 100);
            Assert.Equal(1000, gate.Bytes);
        }
    }

    [Fact]
    public async Task Slots_that_turn_out_to_hold_little_let_others_in()
    {
        var gate = new CapacityGate(100, 1000);
        await gate.EnterAsync(1, 1, default);
        gate.Measure(1, 900);
        await gate.EnterAsync(1, 1, default);
        var waiting = gate.EnterAsync(1, 1, default).AsTask();
        Assert.False(waiting.IsCompleted);

        gate.Measure(1, 1);
        await Wait.For(waiting);
    }

    [Fact]
    public async Task An_empty_gate_always_lets_one_in()
    {
        var gate = new CapacityGate(10, 1);
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(1, await gate.EnterAsync(1, 1, default));
            gate.Measure(1, 1_000_000);
            var waiting = gate.EnterAsync(1, 1, default).AsTask();
            Assert.False(waiting.IsCompleted);
            gate.Exit(1, 1_000_000);
            await Wait.For(waiting);
            gate.GiveBack(1);
        }
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_and_takes_nothing()
    {
        var gate = new CapacityGate(1, 1000);
        using var cancellation = new CancellationTokenSource();
        await gate.EnterAsync(1, 1, default);
        var first = gate.EnterAsync(1, 1, cancellation.Token).AsTask();
        var second = gate.EnterAsync(1, 1, default).AsTask();
        await cancellation.CancelAsync();

        Assert.Equal(cancellation.Token, (await Wait.Fails<OperationCanceledException>(first)).CancellationToken);
        gate.GiveBack(1);
        await Wait.For(second);
        Assert.Equal(1, gate.Slots);
    }

    [Fact]
    public async Task Cancelling_one_who_waits_for_more_lets_the_next_in()
    {
        var gate = new CapacityGate(4, 1000);
        using var cancellation = new CancellationTokenSource();
        await gate.EnterAsync(3, 3, default);
        var large = gate.EnterAsync(4, 4, cancellation.Token).AsTask();
        var small = gate.EnterAsync(1, 1, default).AsTask();
        await cancellation.CancelAsync();

        await Wait.Fails<OperationCanceledException>(large);
        await Wait.For(small);
    }

    [Fact]
    public async Task Cancelled_token_does_not_enter()
    {
        var gate = new CapacityGate(1, 1000);
        await Wait.Fails<OperationCanceledException>(gate.EnterAsync(1, 1, new CancellationToken(canceled: true)).AsTask());
        Assert.Equal(0, gate.Slots);
    }

    [Fact]
    public async Task Closed_gate_lets_nobody_in_until_it_is_opened()
    {
        var gate = new CapacityGate(2, 1000);
        gate.Close();
        var first = gate.EnterAsync(1, 1, default).AsTask();
        var second = gate.EnterAsync(1, 1, default).AsTask();
        gate.Exit(0, 0);
        Assert.False(first.IsCompleted);

        gate.Open();
        await Wait.For(Task.WhenAll(first, second));
        gate.Close();
        gate.Open();
        gate.GiveBack(1);
        Assert.Equal(1, await Wait.For(gate.EnterAsync(1, 1, default).AsTask()));
    }

    [Fact]
    public async Task No_wake_up_is_lost_and_no_bound_broken_under_load()
    {
        const int Slots = 5;
        var gate = new CapacityGate(Slots, 50);
        var (inside, most) = (0, 0);
        await Wait.For(Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(async () =>
        {
            var random = new Random(number);
            for (var round = 0; round < 2000; round++)
            {
                using var cancellation = new CancellationTokenSource();
                var entering = gate.EnterAsync(1, 2, cancellation.Token).AsTask();
                if (random.Next(5) == 0)
                {
                    await cancellation.CancelAsync();
                }

                int taken;
                try
                {
                    taken = await entering;
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                var now = Interlocked.Add(ref inside, taken);
                InterlockedMax(ref most, now);
                if (random.Next(4) == 0)
                {
                    Interlocked.Add(ref inside, -taken);
                    gate.GiveBack(taken);
                    continue;
                }

                gate.Measure(taken, 10 * taken);
                await Task.Yield();
                Interlocked.Add(ref inside, -taken);
                gate.Exit(taken, 10 * taken);
            }
        }))));

        Assert.InRange(most, 1, Slots);
        Assert.Equal((0, 0L), (gate.Slots, gate.Bytes));
        Assert.Equal(Slots, await gate.EnterAsync(Slots, Slots, default));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value;)
        {
            seen = Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
