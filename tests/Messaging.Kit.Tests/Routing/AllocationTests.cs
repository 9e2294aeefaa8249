using System.Text;
using Messaging.Kit.Routing;
using Messaging.Kit.Tests.InMemory;

namespace Messaging.Kit.Tests.Routing;

[Collection<AloneCollection>]
public sealed class AllocationTests
{
    private const string Json = """
        {"id":"1","source":"shop","skipped":{"a":[1,2,{"b":"\u00e4"}]},"detail":{"n\u0061me":"caf\u00e9 STRASSE","amount":12.50,"address":"10.0.0.01",
        "tags":["x","y",null,true],"items":[{"sku":"s1","count":1},{"sku":"s2","count":2}]}}
        """;

    [Theory]
    [InlineData("""{"source":["shop"]}""", true)]
    [InlineData("""{"source":["shed"]}""", false)]
    [InlineData("""{"detail":{"name":[{"prefix":"café"}],"amount":[{"numeric":[">",10,"<",20]}]}}""", true)]
    [InlineData("""{"detail":{"name":[{"suffix":{"equals-ignore-case":"straße"}}]}}""", true)]
    [InlineData("""{"detail":{"name":[{"wildcard":"*f*S"}],"address":[{"cidr":"10.0.0.0/24"}]}}""", false)]
    [InlineData("""{"detail":{"address":["10.0.0.1"],"tags":[{"anything-but":["x","y"]}],"none":[{"exists":false}]}}""", true)]
    [InlineData("""{"detail":{"items":{"sku":["s2"],"count":[2]}}}""", true)]
    [InlineData("""{"detail":{"items":{"sku":["s1"],"count":[2]}}}""", false)]
    public void Pattern_is_matched_without_allocations(string json, bool expected)
    {
        var (pattern, utf8) = (EventPattern.Parse(json), Encoding.UTF8.GetBytes(Json));
        Assert.Equal(expected, pattern.Matches(utf8));
        AssertNothingAllocated(() => pattern.Matches(utf8));
    }

    [Fact]
    public void Attributes_are_matched_without_allocations()
    {
        var pattern = EventPattern.Parse("""{"a":["x"],"b":[{"numeric":[">",1]}],"c":["y"]}""");
        EventAttribute[] attributes = [new("a", "x"), new("b", "2", EventAttributeKind.Number), new("c", """["x","y"]""", EventAttributeKind.TextArray)];
        Assert.True(pattern.MatchesAttributes(attributes));
        AssertNothingAllocated(() => pattern.MatchesAttributes(attributes));
    }

    [Fact]
    public void Set_is_matched_without_allocations()
    {
        string[] kinds =
        [
            "\"v{0}\"", """{{"prefix":"v{0}"}}""", """{{"suffix":"{0}"}}""", """{{"equals-ignore-case":"v{0}"}}""", """{{"wildcard":"*{0}*"}}""",
            """{{"numeric":[">",{0}]}}""", """{{"anything-but":"v{0}"}}""", """{{"cidr":"10.{0}.0.0/16"}}""", "{0}", """{{"exists":false}}""",
        ];
        var patterns = Enumerable.Range(0, 200).SelectMany(i => kinds.Select(kind => $$"""{"detail":{"a":[{{string.Format(null, kind, i)}}],"b":["x"]} }"""));
        var set = new EventPatternSet<string>(patterns.Select(pattern => KeyValuePair.Create(EventPattern.Parse(pattern), pattern)));
        var (found, utf8) = (new List<string>(), """{"detail":{"a":["v77","10.7.0.1",50.5],"b":"x"}}"""u8.ToArray());
        Assert.InRange(set.Match(utf8, found), 200, 1_000);
        AssertNothingAllocated(() =>
        {
            found.Clear();
            set.Match(utf8, found);
        });
    }

    private static void AssertNothingAllocated(Action match)
    {
        // The first rounds fill the memory that is used again.
        var bytes = 0L;
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                match();
            }

            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, bytes);
    }
}
