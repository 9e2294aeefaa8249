using System.Collections.Concurrent;
using Messaging.Kit.Publishing;
using Messaging.Kit.Tests.Fakes;

namespace Messaging.Kit.Tests.Publishing;

public sealed class MessageIdTests
{
    [Fact]
    public void Id_is_a_uuid_of_version_7()
    {
        for (var i = 0; i < 1000; i++)
        {
            var id = MessageId.New(TimeProvider.System);
            Assert.Equal(7, id.Version);
            Assert.InRange(id.Variant, 8, 11);
            Assert.Equal('7', id.ToString()[14]);
        }
    }

    [Fact]
    public void Id_begins_with_the_milliseconds_of_its_making()
    {
        var clock = LaterThanAllIds();
        Assert.Equal(clock.GetUtcNow().ToUnixTimeMilliseconds(), MillisecondsOf(MessageId.New(clock)));
    }

    [Fact]
    public async Task Ids_are_unique_and_grow_on_every_thread()
    {
        const int Threads = 8;
        const int PerThread = 125_000;
        var ids = new ConcurrentBag<Guid[]>();
        await Wait.For(Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            var own = new Guid[PerThread];
            for (var i = 0; i < own.Length; i++)
            {
                own[i] = MessageId.New(TimeProvider.System);
            }

            ids.Add(own);
        }))));

        Assert.All(ids, own => AssertGrowing(own));
        Assert.Equal(Threads * PerThread, ids.SelectMany(own => own).ToHashSet().Count);
    }

    [Fact]
    public void Ids_grow_while_the_clock_stands_still_and_when_it_goes_back()
    {
        var clock = LaterThanAllIds();
        var ids = Enumerable.Range(0, 10_000).Select(_ => MessageId.New(clock)).ToList();
        ids.AddRange(Enumerable.Range(0, 10).Select(_ => MessageId.New(TimeProvider.System)));
        AssertGrowing(ids);
    }

    // Ids never go back within a process, so a test that moves the clock goes beyond all that there are.
    private static Clock LaterThanAllIds()
    {
        var clock = new Clock();
        var latest = DateTimeOffset.FromUnixTimeMilliseconds(MillisecondsOf(MessageId.New(TimeProvider.System)));
        clock.SetUtcNow(latest.AddMinutes(1));
        return clock;
    }

    private static long MillisecondsOf(Guid id) => Convert.ToInt64(id.ToString("N")[..12], 16);

    private static void AssertGrowing(IReadOnlyList<Guid> ids)
    {
        for (var i = 1; i < ids.Count; i++)
        {
            if (string.CompareOrdinal(ids[i].ToString(), ids[i - 1].ToString()) <= 0)
            {
                Assert.Fail($"Id {i} is {ids[i]}, after {ids[i - 1]}.");
            }
        }
    }
}
