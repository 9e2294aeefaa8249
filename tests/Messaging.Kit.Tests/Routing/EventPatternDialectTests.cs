using Messaging.Kit.Routing;

namespace Messaging.Kit.Tests.Routing;

public sealed class EventPatternDialectTests
{
    [Theory]
    [InlineData("""{"a":["x"]}""")]
    [InlineData("""{"a":[5,true,null]}""")]
    [InlineData("""{"a":[{"prefix":"x"}]}""")]
    [InlineData("""{"a":[{"suffix":"x"}]}""")]
    [InlineData("""{"a":[{"equals-ignore-case":"x"}]}""")]
    [InlineData("""{"a":[{"anything-but":"x"},{"anything-but":5},{"anything-but":["x","y"]},{"anything-but":{"prefix":"x"}}]}""")]
    [InlineData("""{"a":[{"numeric":[">",0,"<=",150]}]}""")]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/24"}]}""")]
    [InlineData("""{"a":[{"exists":true},{"exists":false}]}""")]
    [InlineData("""{"$or":[{"a":["x"]},{"b":["y"]}]}""")]
    [InlineData("""{"a.b":["x"]}""")]
    public void Patterns_that_every_service_takes_have_no_faults(string json) =>
        Assert.All(Enum.GetValues<EventPatternDialect>(), dialect => Assert.Empty(EventPattern.Parse(json).FindFaults(dialect)));

    [Theory]
    [InlineData("""{"a":[{"wildcard":"x*"}]}""", "a[0].wildcard", "no wildcards")]
    [InlineData("""{"a":[{"prefix":{"equals-ignore-case":"x"}}]}""", "a[0].prefix", "one string")]
    [InlineData("""{"a":[{"suffix":{"equals-ignore-case":"x"}}]}""", "a[0].suffix", "one string")]
    [InlineData("""{"a":[{"anything-but":{"suffix":"x"}}]}""", "a[0].anything-but.suffix", "one prefix")]
    [InlineData("""{"a":[{"anything-but":{"prefix":["x"]}}]}""", "a[0].anything-but.prefix", "one prefix")]
    [InlineData("""{"a":[{"anything-but":{"equals-ignore-case":"x"}}]}""", "a[0].anything-but.equals-ignore-case", "one prefix")]
    [InlineData("""{"a":[{"anything-but":{"wildcard":"x*"}}]}""", "a[0].anything-but.wildcard", "one prefix")]
    [InlineData("""{"a":[{"exactly":"x"}]}""", "a[0].exactly", "documents")]
    [InlineData("""{"a":[1000000001]}""", "a[0]", "out of range")]
    [InlineData("""{"a":[{"numeric":["<",-1e10]}]}""", "a[0].numeric", "out of range")]
    [InlineData("""{"a":[{"anything-but":[1e400]}]}""", "a[0].anything-but", "out of range")]
    [InlineData("""{"a":[0.123456]}""", "a[0]", "5 digits")]
    public void Filter_policies_take_less_of_the_language(string json, string place, string reason)
    {
        foreach (var dialect in new[] { EventPatternDialect.SnsMessageAttributes, EventPatternDialect.SnsMessageBody })
        {
            var fault = Assert.Single(EventPattern.Parse(json).FindFaults(dialect));
            Assert.StartsWith($"{place}: ", fault, StringComparison.Ordinal);
            Assert.Contains(reason, fault, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"a":[{"exactly":"x"}]}""", "documents")]
    [InlineData("""{"a":[{"numeric":["=",5000000001]}]}""", "out of range")]
    [InlineData("""{"a":[{"anything-but":-5e10}]}""", "out of range")]
    [InlineData("""{"a":[{"anything-but":[1,0.0000001]}]}""", "6 digits")]
    public void Rules_take_nearly_all_of_the_language(string json, string reason) =>
        Assert.Contains(reason, Assert.Single(EventPattern.Parse(json).FindFaults(EventPatternDialect.EventBridge)), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"a":[{"wildcard":"x*"},{"prefix":{"equals-ignore-case":"x"}},{"anything-but":{"suffix":["x","y"]}}]}""")]
    [InlineData("""{"a":[123456789012]}""")]
    [InlineData("""{"a":{"b":["1"]},"c":["2"],"d":["3"],"e":["4"],"f":["5"],"g":["6"]}""")]
    public void Rules_take_what_filter_policies_do_not(string json) => Assert.Empty(EventPattern.Parse(json).FindFaults(EventPatternDialect.EventBridge));

    [Fact]
    public void Long_rules_need_a_higher_quota_and_longer_ones_are_never_taken()
    {
        Assert.Empty(OfLength(2_048));
        Assert.Contains("unless the quota", Assert.Single(OfLength(2_049)), StringComparison.Ordinal);
        Assert.Contains("unless the quota", Assert.Single(OfLength(4_096)), StringComparison.Ordinal);
        Assert.Contains("at most", Assert.Single(OfLength(4_097)), StringComparison.Ordinal);

        static IReadOnlyList<string> OfLength(int length) =>
            EventPattern.Parse($$"""{"a":["{{new string('x', length - 10)}}"]}""").FindFaults(EventPatternDialect.EventBridge);
    }

    [Fact]
    public void Policies_are_measured_in_bytes()
    {
        Assert.Empty(OfLength(256 * 1024));
        Assert.Contains("bytes", Assert.Single(OfLength((256 * 1024) + 2)), StringComparison.Ordinal);

        static IReadOnlyList<string> OfLength(int bytes) =>
            EventPattern.Parse($$"""{"a":["{{new string('ä', (bytes - 10) / 2)}}"]}""").FindFaults(EventPatternDialect.SnsMessageBody);
    }

    [Fact]
    public void Attributes_have_nothing_below_them()
    {
        var pattern = EventPattern.Parse("""{"a":{"b":["x"]},"$or":[{"c":{"d":["y"]}},{"e":["z"]}]}""");
        Assert.Equal(2, pattern.FindFaults(EventPatternDialect.SnsMessageAttributes).Count);
        Assert.Empty(pattern.FindFaults(EventPatternDialect.SnsMessageBody));
    }

    [Fact]
    public void Policies_name_five_fields_however_deep_and_a_field_of_several_branches_once()
    {
        Assert.Empty(Faults("""{"a":["1"],"b":["1"],"c":["1"],"$or":[{"d":["1"]},{"d":["2"]},{"e":["1"]}]}"""));
        Assert.Contains("6 fields", Assert.Single(Faults("""{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}""")), StringComparison.Ordinal);

        static IReadOnlyList<string> Faults(string json) => EventPattern.Parse(json).FindFaults(EventPatternDialect.SnsMessageBody);
    }

    [Theory]
    [InlineData("""{"a":[1,2,3,4,5,6,7,8,9,10],"b":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]}""", 0)]
    [InlineData("""{"a":[1,2,3,4,5,6,7,8,9,10],"b":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}""", 160)]

    // 4 · 3 at depth 3, 3 · 2 at depth 2, 3 beside.
    [InlineData("""{"a":{"b":{"c":[1,2,3,4]}},"d":{"e":[1,2,3]},"f":[1,2,3]}""", 216)]
    [InlineData("""{"a":{"b":{"c":[1,2,3,4]}},"d":{"e":[1,2,3]}}""", 0)]

    // The branches are added: (10 + 6) · 10.
    [InlineData("""{"$or":[{"a":[1,2,3,4,5,6,7,8,9,10]},{"b":[1,2,3,4,5,6]}],"c":[1,2,3,4,5,6,7,8,9,10]}""", 160)]
    [InlineData("""{"$or":[{"a":[1,2,3,4,5,6,7,8,9]},{"b":[1,2,3,4,5,6]}],"c":[1,2,3,4,5,6,7,8,9,10]}""", 0)]
    public void Policies_have_a_hundred_and_fifty_combinations(string json, int combinations)
    {
        var faults = EventPattern.Parse(json).FindFaults(EventPatternDialect.SnsMessageBody);
        Assert.Equal(combinations > 0 ? 1 : 0, faults.Count);
        Assert.All(faults, fault => Assert.Contains($"{combinations} combinations", fault, StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_are_told_at_once() => Assert.Equal(
        5,
        EventPattern.Parse("""{"a":[{"wildcard":"x*"},{"exactly":"y"},1e12],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"],"g":{"h":["2"]}}""")
            .FindFaults(EventPatternDialect.SnsMessageAttributes).Count);
}
