using System.Diagnostics;
using System.Text;
using Messaging.Kit.Routing;
using Messaging.Kit.Tests.InMemory;

namespace Messaging.Kit.Tests.Routing;

/// <summary>Whatever is put in: no other outcome than those that are documented, and none that takes long.</summary>
[Collection<AloneCollection>]
public sealed class HostileInputTests
{
    private const int Seed = 4711;

    // Generous, for a busy machine: what explodes takes hours.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    [Fact]
    public void Broken_events_match_or_do_not_and_that_is_all()
    {
        var (random, generated) = (new Random(Seed), new RandomPatterns(Seed));
        var patterns = Enumerable.Range(0, 50).Select(_ => EventPattern.Parse(generated.Pattern())).ToList();
        var set = new EventPatternSet<int>(patterns.Select((pattern, number) => KeyValuePair.Create(pattern, number)));
        var found = new List<int>();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(generated.Event());
            switch (i % 4)
            {
                case 0:
                    bytes = bytes[..random.Next(bytes.Length)];
                    break;
                case 1:
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes = [.. bytes[..random.Next(bytes.Length)], .. bytes[random.Next(bytes.Length)..]];
                    break;
                default:
                    bytes = Encoding.UTF8.GetBytes($$"""{"a":"x\u{{random.Next(0x10000):x4}}\u{{random.Next(0xD800, 0xE000):x4}}"}""");
                    break;
            }

            try
            {
                found.Clear();
                set.Match(bytes, found);
                Assert.Equal(found.Contains(i % 50), patterns[i % 50].Matches(bytes));
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Seed {Seed}, case {i}: {exception}\n{Convert.ToHexString(bytes)}");
            }
        }
    }

    [Fact]
    public void Broken_patterns_are_refused_and_that_is_all()
    {
        var (random, generated) = (new Random(Seed), new RandomPatterns(Seed));
        for (var i = 0; i < 20_000; i++)
        {
            var text = generated.Pattern().ToCharArray();
            text[random.Next(text.Length)] = i % 2 == 0 ? (char)random.Next(0x10000) : text[random.Next(text.Length)];
            var json = new string(text, 0, i % 3 == 0 ? random.Next(text.Length + 1) : text.Length);
            try
            {
                EventPattern.Parse(json).FindFaults((EventPatternDialect)(i % 3));
            }
            catch (EventPatternException exception)
            {
                Assert.InRange(exception.Offset, 0, json.Length);
            }
            catch (Exception exception)
            {
                Assert.Fail($"Seed {Seed}, case {i}: {exception}\n{json}");
            }
        }
    }

    public static TheoryData<string, string, string> Slow()
    {
        var a = new string('a', 500_000);
        var objects = Enumerable.Range(0, 50_000).Select(i => $$"""{"b":"x","i":{{i}}},{"c":"y","i":{{i}}}""");
        var twice = string.Join(',', Enumerable.Range(0, 5_000).Select(_ => """ "a":[{"d":"z"},{"e":"z"}] """));
        var chains = string.Join(',', Enumerable.Repeat($$"""{{new string('[', 900)}}{"b":"x"},{"c":"y"}{{new string(']', 900)}}""", 500));
        var fields = Enumerable.Range(0, 20).Select(i => $"\"f{i}\"").ToList();
        var inTwoArrays = $$"""[{"f0":"x"},{{string.Join(',', Enumerable.Range(0, 20_000).Select(i => $$"""{{{fields[1 + (i % 19)]}}:"x"}"""))}}]""";
        var independent = string.Join(',', Enumerable.Range(0, 12).Select(i => $$"""  "a{{i}}":[{{string.Join(',', Enumerable.Repeat("""{"b":"x","c":"z"},{"c":"x","b":"z"}""", 500))}}]"""));
        return new()
        {
            { "stars", $$"""{"a":[{"wildcard":"{{string.Concat(Enumerable.Repeat("a*", 200))}}b"}]}""", $$"""{"a":"{{a}}"}""" },
            { "stars between stars", $$"""{"a":[{"wildcard":"{{string.Concat(Enumerable.Repeat("*ab", 200))}}*"}]}""", $$"""{"a":"{{a}}"}""" },
            { "a long number", """{"a":[1e5]}""", $$"""{"a":{{new string('9', 1_000_000)}}}""" },
            { "elements that hold one of two fields each", """{"a":{"b":["x"],"c":["y"]}}""", $$"""{"a":[{{string.Join(',', objects)}}]}""" },
            { "a name thousands of times", """{"a":{"b":["x"],"c":["y"],"d":["z"],"e":["z"]}}""", $$"""{{{twice}},"a":[{"b":"x"},{"c":"y"}]}""" },
            {
                "many arrays, each of which fails",
                $$"""{{{string.Join(',', Enumerable.Range(0, 12).Select(i => $$"""  "a{{i}}":{"b":["x"],"c":["x"]}"""))}}}""",
                $$"""{{{independent}}}"""
            },
            {
                "deep arrays",
                """{"a":{"b":["x"],"c":["y"]}}""",
                $$"""{"a":{{new string('[', 900)}}{{string.Join(',', Enumerable.Repeat("""{"b":"x"},{"c":"y"}""", 5_000))}}{{new string(']', 900)}}}"""
            },
            { "many deep arrays", """{"a":{"b":["x"],"c":["y"]}}""", $$"""{"a":[{{chains}}]}""" },
            {
                "large arrays of one name",
                $$"""{"a":{ {{string.Join(',', fields.Select(field => $"""{field}:["x"]"""))}} } }""",
                $$"""{"a":{{inTwoArrays}},"a":{{inTwoArrays}}}"""
            },
            { "escapes", """{"a":["x"]}""", $$"""{"a":"{{string.Concat(Enumerable.Repeat("\\u0061", 200_000))}}"}""" },
        };
    }

    [Theory]
    [MemberData(nameof(Slow))]
    public void Nothing_makes_it_slow(string what, string pattern, string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        var parsed = EventPattern.Parse(pattern);
        var set = new EventPatternSet<int>(Enumerable.Range(0, 20).Select(i => KeyValuePair.Create(parsed, i)));
        var start = Stopwatch.GetTimestamp();
        Assert.False(parsed.Matches(utf8), what);
        Assert.Equal(0, set.Match(utf8, []));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Bound);
    }

    [Fact]
    public void Many_wildcards_over_a_long_value_are_tried_once_each()
    {
        var set = new EventPatternSet<int>(Enumerable.Range(1, 1_000).Select(i =>
            KeyValuePair.Create(EventPattern.Parse($$"""{"a":[{"wildcard":"*{{new string('a', i)}}*b"}]}"""), i)));
        var utf8 = Encoding.UTF8.GetBytes($$"""{"a":"{{new string('a', 200_000)}}"}""");
        var start = Stopwatch.GetTimestamp();
        Assert.Equal(0, set.Match(utf8, []));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Bound);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("""[{"b":"x"},""", """,{"c":"y"}]""")]
    public void Deep_brackets_match_on_a_small_stack(string open, string close)
    {
        var pattern = EventPattern.Parse("""{"a":{"b":["x"],"c":["y"]}}""");
        var (before, behind) = (string.Concat(Enumerable.Repeat(open, 990)), string.Concat(Enumerable.Repeat(close, 990)));
        var json = Encoding.UTF8.GetBytes($$"""{"a":{{before}}{"b":"x","c":"y"}{{behind}}}""");
        var matches = false;
        var thread = new Thread(() => matches = pattern.Matches(json), maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();
        Assert.True(matches);
    }
}
