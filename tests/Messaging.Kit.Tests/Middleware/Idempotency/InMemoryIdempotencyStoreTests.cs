using System.Collections.Concurrent;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Idempotency;
using Messaging.Kit.Tests.Fakes;

namespace Messaging.Kit.Tests.Middleware.Idempotency;

public sealed class InMemoryIdempotencyStoreTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retention = TimeSpan.FromHours(1);

    private readonly Clock _clock = new();
    private readonly InMemoryIdempotencyStore _store;

    public InMemoryIdempotencyStoreTests() => _store = new(_clock, capacity: 3);

    [Fact]
    public async Task Claim_is_granted_once_until_it_is_released()
    {
        var claim = await Claim("a");
        Assert.Equal(IdempotencyState.Claimed, claim.State);
        var other = await Claim("a");
        Assert.Equal((IdempotencyState.InProgress, null, Lease), (other.State, other.Token, other.RetryAfter));

        await _store.ReleaseAsync("a", claim.Token!, default);
        var again = await Claim("a");
        Assert.Equal(IdempotencyState.Claimed, again.State);
        Assert.NotEqual(claim.Token, again.Token);
    }

    [Fact]
    public async Task Completed_message_stays_completed_until_it_is_forgotten()
    {
        await _store.CompleteAsync("a", (await Claim("a")).Token!, Retention, default);
        _clock.Advance(Retention - TimeSpan.FromTicks(1));
        Assert.Equal(IdempotencyState.Completed, (await Claim("a")).State);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(IdempotencyState.Claimed, (await Claim("a")).State);
    }

    [Fact]
    public async Task Claim_expires_unless_it_is_renewed()
    {
        var claim = await Claim("a");
        _clock.Advance(Lease / 2);
        Assert.True(await _store.RenewAsync("a", claim.Token!, Lease, default));
        _clock.Advance(Lease - TimeSpan.FromTicks(1));
        Assert.Equal(TimeSpan.FromTicks(1), (await Claim("a")).RetryAfter);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(IdempotencyState.Claimed, (await Claim("a")).State);
    }

    [Fact]
    public async Task Claim_that_another_has_can_be_neither_renewed_nor_released()
    {
        var first = await Claim("a");
        _clock.Advance(Lease);
        var second = await Claim("a");
        Assert.False(await _store.RenewAsync("a", first.Token!, Lease, default));
        await _store.ReleaseAsync("a", first.Token!, default);
        Assert.Equal(IdempotencyState.InProgress, (await Claim("a")).State);
        Assert.True(await _store.RenewAsync("a", second.Token!, Lease, default));
    }

    [Fact]
    public async Task Message_is_completed_whoever_has_the_claim_by_now()
    {
        var first = await Claim("a");
        _clock.Advance(Lease);
        var second = await Claim("a");
        await _store.CompleteAsync("a", first.Token!, Retention, default);
        Assert.Equal(IdempotencyState.Completed, (await Claim("a")).State);
        Assert.False(await _store.RenewAsync("a", second.Token!, Lease, default));
        await _store.ReleaseAsync("a", second.Token!, default);
        Assert.Equal(IdempotencyState.Completed, (await Claim("a")).State);
    }

    [Fact]
    public async Task Completed_claim_cannot_be_released()
    {
        var claim = await Claim("a");
        await _store.CompleteAsync("a", claim.Token!, Retention, default);
        await _store.ReleaseAsync("a", claim.Token!, default);
        Assert.Equal(IdempotencyState.Completed, (await Claim("a")).State);
    }

    [Fact]
    public async Task What_was_handled_longest_ago_is_forgotten_first_when_it_is_full()
    {
        foreach (var key in new[] { "a", "b", "c" })
        {
            await _store.CompleteAsync(key, (await Claim(key)).Token!, Retention, default);
        }

        await Claim("d");
        Assert.Equal(3, _store.Count);
        Assert.Equal(IdempotencyState.Completed, (await Claim("b")).State);
        Assert.Equal(IdempotencyState.Completed, (await Claim("c")).State);
        Assert.Equal(IdempotencyState.Claimed, (await Claim("a")).State);
        Assert.Equal(3, _store.Count);
    }

    [Fact]
    public async Task Claims_are_never_forgotten_for_others()
    {
        foreach (var key in new[] { "a", "b", "c" })
        {
            await Claim(key);
        }

        var failure = await Assert.ThrowsAsync<MessagingException>(async () => await Claim("d"));
        Assert.Contains("3 messages are being handled at once", failure.Message, StringComparison.Ordinal);
        Assert.Equal(IdempotencyState.InProgress, (await Claim("a")).State);
    }

    [Fact]
    public async Task Memory_is_bounded_over_a_long_run()
    {
        var store = new InMemoryIdempotencyStore(_clock, capacity: 100);
        for (var number = 0; number < 10_000; number++)
        {
            var claim = await store.ClaimAsync($"{number}", Lease, default);
            if (number % 3 == 0)
            {
                await store.ReleaseAsync($"{number}", claim.Token!, default);
            }
            else
            {
                await store.CompleteAsync($"{number}", claim.Token!, Retention, default);
            }

            Assert.InRange(store.Count, 0, 100);
        }

        _clock.Advance(Retention);
        await store.ClaimAsync("last", Lease, default);
        Assert.Equal(1, store.Count);
    }

    [Fact]
    public async Task One_of_many_concurrent_claims_is_granted()
    {
        var store = new InMemoryIdempotencyStore(_clock);
        var granted = new ConcurrentBag<(int, string)>();
        await Wait.For(Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var number = 0; number < 1000; number++)
            {
                if (await store.ClaimAsync($"{number}", Lease, default) is { State: IdempotencyState.Claimed, Token: { } token })
                {
                    granted.Add((number, token));
                }
            }
        }))));
        Assert.Equal(1000, granted.Count);
        Assert.Equal(1000, granted.Select(claim => claim.Item1).Distinct().Count());
        Assert.Equal(1000, granted.Select(claim => claim.Item2).Distinct().Count());
    }

    [Fact]
    public void Capacity_below_one_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new InMemoryIdempotencyStore(capacity: 0));

    private ValueTask<IdempotencyClaim> Claim(string key) => _store.ClaimAsync(key, Lease, default);
}
