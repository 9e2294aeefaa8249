using HighThroughputStreaming;

namespace Messaging.Kit.Samples.Tests.Streaming;

public sealed class WindowStoreTests : IAsyncLifetime
{
    private readonly Ledger _ledger = Ledger.Open(null);
    private readonly WindowStore _windows;
    private int _number;

    public WindowStoreTests() => _windows = new(_ledger, new Windowing(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(4)));

    public ValueTask InitializeAsync() => default;

    [Fact]
    public async Task Readings_are_summed_up_until_the_watermark_leaves_their_window()
    {
        Assert.Empty((await AddAsync("a", 1, celsius: 20)).Closed);
        Assert.Empty((await AddAsync("a", 9.9, celsius: 26)).Closed);
        Assert.Empty((await AddAsync("a", 13.9, celsius: 40)).Closed);
        Assert.Equal([new Window("a", "a", 0, 2, 46, 20, 26)], (await AddAsync("a", 14, celsius: 40)).Closed);
        Assert.Equal(new WindowClosed("a", "a", DateTimeOffset.UnixEpoch, 2, 23, 20, 26), new Window("a", "a", 0, 2, 46, 20, 26).ToMessage());
    }

    [Fact]
    public async Task A_reading_within_the_lateness_is_counted_and_one_beyond_it_is_late()
    {
        await AddAsync("a", 1);
        await AddAsync("a", 12);
        Assert.False((await AddAsync("a", 2)).IsLate);
        var closing = await AddAsync("a", 15);
        Assert.Equal(2, Assert.Single(closing.Closed).Count);
        var late = await AddAsync("a", 3);
        Assert.Equal((true, 11_000), (late.IsLate, late.Watermark));
        Assert.Empty(late.Closed);
    }

    [Fact]
    public async Task One_devices_clock_closes_no_other_devices_windows()
    {
        await AddAsync("a", 1);
        Assert.Empty((await AddAsync("b", 1000)).Closed);
        Assert.False((await AddAsync("a", 2)).IsLate);
    }

    [Fact]
    public async Task A_long_silence_closes_all_windows_that_were_open()
    {
        await AddAsync("a", 9);
        await AddAsync("a", 11);
        Assert.Equal([0, 10_000], (await AddAsync("a", 1000)).Closed.Select(window => window.Start).Order());
    }

    [Fact]
    public async Task A_reading_that_comes_again_changes_nothing_and_brings_about_the_same_again()
    {
        await AddAsync("a", 1);
        var first = await AddAsync("a", 20);
        _number--;
        var again = await AddAsync("a", 20);
        Assert.Equal((false, true), (first.IsAgain, again.IsAgain));
        Assert.Equal(first.Closed, again.Closed);
        await AddAsync("a", 2); // late
        _number--;
        Assert.Equal((true, true), await AddAsync("a", 2) is var late ? (late.IsAgain, late.IsLate) : default);
        Assert.Equal(2, (await _ledger.ReconcileAsync()).Readings.Suppressed);
    }

    [Fact]
    public async Task Salted_keys_have_windows_of_their_own_that_come_to_the_same_sum()
    {
        await AddAsync("a", 1, key: "a~0");
        await AddAsync("a", 2, key: "a~1");
        var closed = (await AddAsync("a", 20, key: "a~0")).Closed.Concat((await AddAsync("a", 20, key: "a~1")).Closed).ToList();
        Assert.Equal(["a~0", "a~1"], closed.Select(window => window.Lane));
        Assert.Equal(2, closed.Sum(window => window.Count));
    }

    [Fact]
    public async Task What_is_open_at_the_end_is_closed_and_told_until_it_has_been_found()
    {
        await AddAsync("a", 1);
        var closed = Assert.Single(await _windows.CloseAllAsync());
        Assert.Equal(closed, Assert.Single(await _windows.CloseAllAsync()));
        await _ledger.RecordAsync(closed.ToMessage());
        Assert.Empty(await _windows.CloseAllAsync());
    }

    [Fact]
    public async Task An_earlier_reading_after_a_later_one_is_noted_where_there_is_a_key()
    {
        await AddAsync("a", 1, sequence: 1);
        await AddAsync("a", 1, sequence: 0);
        await AddAsync("a", 1, sequence: 1, key: null);
        await AddAsync("a", 1, sequence: 0, key: null);
        Assert.Equal(1, (await _ledger.ReconcileAsync()).Readings.OutOfOrder);
    }

    public async ValueTask DisposeAsync() => await _ledger.DisposeAsync();

    private Task<Effect> AddAsync(string device, double seconds, double celsius = 20, string? key = "", int? sequence = null) => _windows.AddAsync(
        _number++, key == "" ? device : key, new Reading(device, "site", sequence ?? _number, DateTimeOffset.UnixEpoch.AddSeconds(seconds), celsius), isAnomaly: false);
}
