using System.Text;
using Messaging.Kit.Routing;
using Messaging.Kit.Tests.InMemory;

namespace Messaging.Kit.Tests.Routing;

/// <summary>Busy for seconds, so it leaves tests alone that wait for others.</summary>
[Collection<AloneCollection>]
public sealed class EventPatternPropertyTests(ITestOutputHelper output)
{
    private const int Seed = 20261123;

    [Fact]
    public void Pattern_says_what_its_definition_says()
    {
        var random = new RandomPatterns(Seed);
        var matched = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var (pattern, json) = (random.Pattern(), random.Event());
            var expected = NaivePattern.Matches(pattern, json);
            matched += expected ? 1 : 0;
            Assert.True(
                expected == EventPattern.Parse(pattern).Matches(Encoding.UTF8.GetBytes(json)),
                $"Seed {Seed}, case {i}: expected {expected} of pattern\n{pattern}\nand event\n{json}");
        }

        output.WriteLine($"{matched:N0} of 20,000 matched.");
        Assert.InRange(matched, 2_000, 18_000);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(30)]
    [InlineData(600)]
    public void Set_says_what_its_patterns_say(int rules)
    {
        var random = new RandomPatterns(Seed + rules);
        var matched = 0;
        for (var round = 0; round < 30_000 / (rules + 200); round++)
        {
            var patterns = Enumerable.Range(0, rules).Select(_ => EventPattern.Parse(random.Pattern())).ToList();
            var set = new EventPatternSet<int>(patterns.Select((pattern, number) => KeyValuePair.Create(pattern, number)));
            for (var i = 0; i < 100; i++)
            {
                var json = random.Event();
                var utf8 = Encoding.UTF8.GetBytes(json);
                var expected = Enumerable.Range(0, rules).Where(number => patterns[number].Matches(utf8)).ToList();
                var found = new List<int>();
                Assert.Equal(expected.Count, set.Match(utf8, found));
                matched += found.Count;
                if (!expected.SequenceEqual(found))
                {
                    var wrong = expected.Except(found).Union(found.Except(expected)).First();
                    Assert.Fail($"Seed {Seed + rules}, round {round}, case {i}: expected {expected.Contains(wrong)} of pattern\n{patterns[wrong]}\nand event\n{json}");
                }
            }
        }

        output.WriteLine($"{matched:N0} matches.");
        Assert.InRange(matched, 500, int.MaxValue);
    }
}
