using System.Diagnostics;
using Messaging.Kit.InMemory;
using Messaging.Kit.Routing;
using Messaging.Kit.Tests.InMemory;

namespace Messaging.Kit.Tests.Routing;

/// <summary>Looks at times, so nothing else may run meanwhile.</summary>
[Collection<AloneCollection>]
public sealed class EventPatternCostTests
{
    [Fact]
    public void Rules_of_a_bus_are_put_together_once_however_many_there_are()
    {
        var (broker, start) = (new InMemoryBroker(), Stopwatch.GetTimestamp());
        for (var i = 0; i < 1_000; i++)
        {
            broker.Subscribe("bus", $"queue{i}", EventPattern.Parse($$"""{"source":["a","b","c"],"detail-type":["d","e","f"],"detail":{"kind":["g","h","i"],"id":["{{i}}"]} }"""));
        }

        // Put together at each rule, they took a minute.
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Rules_that_do_not_match_cost_nothing()
    {
        var (few, many) = (TimeOf(100), TimeOf(10_000));
        Assert.True(many < 10 * few, $"100 rules take {few.TotalMilliseconds:N2} ms, 10,000 rules {many.TotalMilliseconds:N2} ms.");

        static TimeSpan TimeOf(int rules)
        {
            var set = new EventPatternSet<int>(Enumerable.Range(0, rules).Select(i => KeyValuePair.Create(EventPattern.Parse($$"""{"source":["shop"],"detail":{"name":["n{{i}}"],"amount":[{"numeric":[">",{{i}}]}]} }"""), i)));
            var (json, found, best) = ("""{"source":"shop","detail":{"name":"n50","amount":51}}"""u8.ToArray(), new List<int>(), TimeSpan.MaxValue);
            for (var round = 0; round < 20; round++)
            {
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < 500; i++)
                {
                    set.Match(json, found);
                }

                var time = Stopwatch.GetElapsedTime(start);
                best = time < best ? time : best;
            }

            Assert.All(found, value => Assert.Equal(50, value));
            return best;
        }
    }
}
