using Messaging.Kit.Routing;

namespace Messaging.Kit.Tests.Routing;

public sealed class EventPatternSyntaxTests
{
    [Theory]

    // The pattern as a whole.
    [InlineData("", "", "not valid JSON")]
    [InlineData("""{"a":["x"]""", "", "not valid JSON")]
    [InlineData("""{"a":["x"]} x""", "", "not valid JSON")]
    [InlineData("""{"a":["x"],}""", "", "not valid JSON")]
    [InlineData("""["x"]""", "", "JSON object, and this is an array")]
    [InlineData("5", "", "JSON object, and this is a number")]
    [InlineData("null", "", "JSON object, and this is null")]
    [InlineData("{}", "", "empty object")]
    [InlineData("""{"a":["\ud800"]}""", "", "surrogate")]

    // Fields.
    [InlineData("""{"a":{}}""", "a", "empty object")]
    [InlineData("""{"a":{"b":{}}}""", "a.b", "empty object")]
    [InlineData("""{"a":[]}""", "a", "empty array")]
    [InlineData("""{"a":"x"}""", "a", "brackets")]
    [InlineData("""{"a":5}""", "a", "brackets")]
    [InlineData("""{"a":true}""", "a", "brackets")]
    [InlineData("""{"a":null}""", "a", "brackets")]
    [InlineData("""{"a":["x",["y"]]}""", "a[1]", "not an array within the array")]

    // Operators.
    [InlineData("""{"a":[{}]}""", "a[0]", "the object is empty")]
    [InlineData("""{"a":[{"prefix":"x","suffix":"y"}]}""", "a[0]", "only one key")]
    [InlineData("""{"a":["x",{"like":"y"}]}""", "a[1].like", "'like' is no operator")]
    [InlineData("""{"a":[{"Prefix":"y"}]}""", "a[0].Prefix", "'Prefix' is no operator")]
    [InlineData("""{"a":[{"prefix":["x"]}]}""", "a[0].prefix", "this is an array")]
    [InlineData("""{"a":[{"prefix":5}]}""", "a[0].prefix", "this is a number")]
    [InlineData("""{"a":[{"prefix":{"wildcard":"x"}}]}""", "a[0].prefix", "only equals-ignore-case")]
    [InlineData("""{"a":[{"prefix":{"equals-ignore-case":["x"]}}]}""", "a[0].prefix.equals-ignore-case", "this is an array")]
    [InlineData("""{"a":[{"prefix":{"equals-ignore-case":"x","prefix":"y"}}]}""", "a[0].prefix", "only one key")]
    [InlineData("""{"a":[{"suffix":["x"]}]}""", "a[0].suffix", "this is an array")]
    [InlineData("""{"a":[{"suffix":null}]}""", "a[0].suffix", "this is null")]
    [InlineData("""{"a":[{"suffix":{"prefix":"x"}}]}""", "a[0].suffix", "only equals-ignore-case")]
    [InlineData("""{"a":[{"suffix":{}}]}""", "a[0].suffix", "the object is empty")]
    [InlineData("""{"a":[{"equals-ignore-case":["x"]}]}""", "a[0].equals-ignore-case", "this is an array")]
    [InlineData("""{"a":[{"equals-ignore-case":5}]}""", "a[0].equals-ignore-case", "this is a number")]
    [InlineData("""{"a":[{"exactly":["x"]}]}""", "a[0].exactly", "this is an array")]
    [InlineData("""{"a":[{"exactly":5}]}""", "a[0].exactly", "this is a number")]

    // Wildcards.
    [InlineData("""{"a":[{"wildcard":["x*"]}]}""", "a[0].wildcard", "this is an array")]
    [InlineData("""{"a":[{"wildcard":"x**y"}]}""", "a[0].wildcard", "two stars")]
    [InlineData("""{"a":[{"wildcard":"**"}]}""", "a[0].wildcard", "two stars")]
    [InlineData("""{"a":[{"wildcard":"x\\y"}]}""", "a[0].wildcard", "escapes nothing")]
    [InlineData("""{"a":[{"wildcard":"x\\"}]}""", "a[0].wildcard", "escapes nothing")]

    // Anything but.
    [InlineData("""{"a":[{"anything-but":true}]}""", "a[0].anything-but", "this is true or false")]
    [InlineData("""{"a":[{"anything-but":null}]}""", "a[0].anything-but", "this is null")]
    [InlineData("""{"a":[{"anything-but":[]}]}""", "a[0].anything-but", "empty list")]
    [InlineData("""{"a":[{"anything-but":["x",5]}]}""", "a[0].anything-but", "all strings or all numbers")]
    [InlineData("""{"a":[{"anything-but":["x",null]}]}""", "a[0].anything-but", "all strings or all numbers")]
    [InlineData("""{"a":[{"anything-but":[true]}]}""", "a[0].anything-but", "all strings or all numbers")]
    [InlineData("""{"a":[{"anything-but":[["x"]]}]}""", "a[0].anything-but", "all strings or all numbers")]
    [InlineData("""{"a":[{"anything-but":{}}]}""", "a[0].anything-but", "the object is empty")]
    [InlineData("""{"a":[{"anything-but":{"prefix":""}}]}""", "a[0].anything-but.prefix", "empty prefix")]
    [InlineData("""{"a":[{"anything-but":{"suffix":["x",""]}}]}""", "a[0].anything-but.suffix", "empty suffix")]
    [InlineData("""{"a":[{"anything-but":{"prefix":5}}]}""", "a[0].anything-but.prefix", "this is a number")]
    [InlineData("""{"a":[{"anything-but":{"prefix":["x",5]}}]}""", "a[0].anything-but.prefix", "this is a number")]
    [InlineData("""{"a":[{"anything-but":{"prefix":[]}}]}""", "a[0].anything-but.prefix", "empty list")]
    [InlineData("""{"a":[{"anything-but":{"equals-ignore-case":[true]}}]}""", "a[0].anything-but.equals-ignore-case", "this is true or false")]
    [InlineData("""{"a":[{"anything-but":{"wildcard":"**"}}]}""", "a[0].anything-but.wildcard", "two stars")]
    [InlineData("""{"a":[{"anything-but":{"numeric":["=",5]}}]}""", "a[0].anything-but.numeric", "cannot exclude by 'numeric'")]
    [InlineData("""{"a":[{"anything-but":{"cidr":"10.0.0.0/8"}}]}""", "a[0].anything-but.cidr", "cannot exclude by 'cidr'")]
    [InlineData("""{"a":[{"anything-but":{"prefix":"x","suffix":"y"}}]}""", "a[0].anything-but", "only one key")]

    // Numbers.
    [InlineData("""{"a":[{"numeric":5}]}""", "a[0].numeric", "one or two comparisons")]
    [InlineData("""{"a":[{"numeric":[]}]}""", "a[0].numeric", "one or two comparisons")]
    [InlineData("""{"a":[{"numeric":["="]}]}""", "a[0].numeric", "one or two comparisons")]
    [InlineData("""{"a":[{"numeric":[">",0,"<"]}]}""", "a[0].numeric", "one or two comparisons")]
    [InlineData("""{"a":[{"numeric":[">",0,"<",5,"<",6]}]}""", "a[0].numeric", "one or two comparisons")]
    [InlineData("""{"a":[{"numeric":["==",5]}]}""", "a[0].numeric[0]", "cannot stand here")]
    [InlineData("""{"a":[{"numeric":[5,"="]}]}""", "a[0].numeric[0]", "cannot stand here")]
    [InlineData("""{"a":[{"numeric":["=","5"]}]}""", "a[0].numeric[1]", "this is a string")]
    [InlineData("""{"a":[{"numeric":["=",5,"<",10]}]}""", "a[0].numeric[0]", "cannot stand here")]
    [InlineData("""{"a":[{"numeric":["<",10,">",1]}]}""", "a[0].numeric[0]", "cannot stand here")]
    [InlineData("""{"a":[{"numeric":[">",1,">",2]}]}""", "a[0].numeric[2]", "cannot stand here")]
    [InlineData("""{"a":[{"numeric":[">",1,"=",2]}]}""", "a[0].numeric[2]", "cannot stand here")]
    [InlineData("""{"a":[{"numeric":[">",1,"<",null]}]}""", "a[0].numeric[3]", "this is null")]
    [InlineData("""{"a":[{"numeric":[">=",1,"<=",1]}]}""", "a[0].numeric", "below its top")]
    [InlineData("""{"a":[{"numeric":[">",2,"<",1]}]}""", "a[0].numeric", "below its top")]

    // Addresses.
    [InlineData("""{"a":[{"cidr":["10.0.0.0/8"]}]}""", "a[0].cidr", "this is an array")]
    [InlineData("""{"a":[{"cidr":"10.0.0.0"}]}""", "a[0].cidr", "for example")]
    [InlineData("""{"a":[{"cidr":"10.0.0/8"}]}""", "a[0].cidr", "for example")]
    [InlineData("""{"a":[{"cidr":"10.0.0.256/8"}]}""", "a[0].cidr", "for example")]
    [InlineData("""{"a":[{"cidr":"example.org/8"}]}""", "a[0].cidr", "for example")]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/32"}]}""", "a[0].cidr", "from 0 to 31")]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/-1"}]}""", "a[0].cidr", "from 0 to 31")]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/8/8"}]}""", "a[0].cidr", "from 0 to 31")]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/"}]}""", "a[0].cidr", "from 0 to 31")]
    [InlineData("""{"a":[{"cidr":"2001:db8::/128"}]}""", "a[0].cidr", "from 0 to 127")]

    // Presence.
    [InlineData("""{"a":[{"exists":"true"}]}""", "a[0].exists", "this is a string")]
    [InlineData("""{"a":[{"exists":1}]}""", "a[0].exists", "this is a number")]
    [InlineData("""{"a":[{"exists":null}]}""", "a[0].exists", "this is null")]
    [InlineData("""{"a":[{"exists":[true]}]}""", "a[0].exists", "this is an array")]

    // Alternatives.
    [InlineData("""{"$or":[]}""", "$or", "empty array")]
    [InlineData("""{"$or":[{"a":["x"]}]}""", "$or[0].a", "at least two objects")]
    [InlineData("""{"$or":[{"a":["x"]},{"prefix":["x"]}]}""", "$or[0].a", "at least two objects")]
    [InlineData("""{"$or":[{"a":["x"]},{"b":[]}]}""", "$or[1].b", "empty array")]
    [InlineData("""{"$or":[{"a":["x"]},{}]}""", "$or[1]", "empty object")]
    [InlineData("""{"$or":[{"a":["x"]},{"regex":["x"]}]}""", "$or[0].a", "at least two objects")]
    [InlineData("""{"$or":[{"a":["x"]},{"date-after":["x"]}]}""", "$or[0].a", "at least two objects")]
    [InlineData("""{"$or":[{"a":{"b":{"prefix":["x"]}}},{"c":["y"]}]}""", "$or[0].a", "not named like operators")]
    [InlineData("""{"x":{"$or":[{"a":["x"]},{"b":[{"like":"y"}]}]}}""", "x.$or[1].b[0].like", "is no operator")]
    public void Invalid_pattern_is_refused_with_a_reason_and_a_place(string json, string path, string reason)
    {
        var exception = Assert.Throws<EventPatternException>(() => EventPattern.Parse(json));
        Assert.Equal(path, exception.Path);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.False(EventPattern.TryParse(json, out var pattern));
        Assert.Null(pattern);
    }

    [Theory]
    [InlineData("""{"a":["x",5,1.5e3,true,false,null,""]}""")]
    [InlineData("""{"a":{"b":{"c":["x"]}},"d":[{"exists":false}]}""")]
    [InlineData("""{"a":[{"prefix":""},{"suffix":""},{"equals-ignore-case":""},{"wildcard":""},{"exactly":""}]}""")]
    [InlineData("""{"a":[{"prefix":{"equals-ignore-case":"x"}},{"suffix":{"equals-ignore-case":"x"}}]}""")]
    [InlineData("""{"a":[{"wildcard":"*"},{"wildcard":"*x*y\\*\\\\*"}]}""")]
    [InlineData("""{"a":[{"anything-but":"x"},{"anything-but":5},{"anything-but":["x"]},{"anything-but":[5,6.0]}]}""")]
    [InlineData("""{"a":[{"anything-but":{"prefix":"x"}},{"anything-but":{"suffix":["x","y"]}},{"anything-but":{"equals-ignore-case":["x",""]}},{"anything-but":{"wildcard":["*"]}}]}""")]
    [InlineData("""{"a":[{"numeric":["=",1]},{"numeric":["<",1]},{"numeric":["<=",1]},{"numeric":[">",1]},{"numeric":[">=",1]},{"numeric":[">",1,"<",2]},{"numeric":[">=",1,"<=",2]}]}""")]
    [InlineData("""{"a":[{"cidr":"10.0.0.0/0"},{"cidr":"10.0.0.1/31"},{"cidr":"::/0"},{"cidr":"2001:db8::1/127"}]}""")]
    [InlineData("""{"$or":{"a":["x"]}}""")]
    [InlineData("""{"$or":["x"]}""")]
    [InlineData("""{"$or":[{"prefix":"x"}]}""")]
    [InlineData("""{"$or":[{"prefix":"x"},{"suffix":"y"}]}""")]
    [InlineData("""{"a":{"$or":[{"b":["x"]},{"$or":[{"c":["y"]},{"d":["z"]}]}]}}""")]
    [InlineData(""" { "a" : [ "x" ] } """)]
    [InlineData("""{"":["x"],"a.":["y"],"..":["z"]}""")]
    public void Valid_pattern_is_read_and_given_back_as_it_was_written(string json)
    {
        Assert.True(EventPattern.TryParse(json, out var pattern));
        Assert.Equal(json, pattern.Json);
        Assert.Equal(json, pattern.ToString());
    }

    [Fact]
    public void Fault_has_the_place_in_characters_with_line_and_column()
    {
        var exception = Assert.Throws<EventPatternException>(() => EventPattern.Parse("{\n  \"ä\": [\"x\"],\n  \"ö\": [{\"like\": \"y\"}]\n}"));
        Assert.Equal((25, 3, 10), (exception.Offset, exception.Line, exception.Column));
        Assert.Equal("ö[0].like", exception.Path);
        Assert.StartsWith("ö[0].like: 'like' is no operator.", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("(Line 3, column 10.)", exception.Message, StringComparison.Ordinal);
        Assert.Equal(exception.Message, $"{exception.Path}: {exception.Problem} (Line 3, column 10.)");
    }

    [Fact]
    public void Fault_of_the_JSON_has_its_place_as_well()
    {
        var exception = Assert.Throws<EventPatternException>(() => EventPattern.Parse("{\n  \"ä\": [x]\n}"));
        Assert.Equal((10, 2, 9), (exception.Offset, exception.Line, exception.Column));
        Assert.DoesNotContain("BytePositionInLine", exception.Message, StringComparison.Ordinal);
        exception = Assert.Throws<EventPatternException>(() => EventPattern.Parse("{\"ä\ud800\":[1]}"));
        Assert.Equal(3, exception.Offset);
    }

    [Fact]
    public void Text_that_is_absent_is_no_pattern()
    {
        Assert.False(EventPattern.TryParse(null, out _));
        Assert.Throws<ArgumentNullException>(() => EventPattern.Parse(null!));
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        Assert.True(EventPattern.TryParse(Nested(98), out _));
        Assert.False(EventPattern.TryParse(Nested(100), out _));
        Assert.False(EventPattern.TryParse(Nested(100_000), out _));

        static string Nested(int levels) => $"{string.Concat(Enumerable.Repeat("{\"a\":", levels))}[1]{new string('}', levels)}";
    }

    [Fact]
    public void Combinations_are_bounded_and_cost_little_until_they_are_refused()
    {
        Assert.True(EventPattern.TryParse(Pattern(9), out _));
        var exception = Assert.Throws<EventPatternException>(() => EventPattern.Parse(Pattern(10)));
        Assert.Contains("1,000 combinations", exception.Message, StringComparison.Ordinal);
        Assert.Throws<EventPatternException>(() => EventPattern.Parse(Pattern(1_000)));

        // Two to the power of the number.
        static string Pattern(int ors) =>
            $$"""{{{string.Join(',', Enumerable.Range(0, ors).Select(i => $$"""  "n{{i}}":{"$or":[{"a":[1]},{"b":[1]}]}  """))}}}""";
    }

    [Fact]
    public void Fields_of_all_combinations_are_bounded()
    {
        var fields = string.Join(',', Enumerable.Range(0, 1_000).Select(i => $"\"f{i}\":[1]"));
        var alternatives = string.Join(',', Enumerable.Range(0, 900).Select(i => $"{{\"a\":[{i}]}}"));
        var exception = Assert.Throws<EventPatternException>(() => EventPattern.Parse($$"""{"$or":[{{alternatives}}],{{fields}}}"""));
        Assert.Contains("100,000 fields", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Alternatives_behind_many_fields_do_not_fill_the_memory()
    {
        var fields = string.Join(',', Enumerable.Range(0, 40_000).Select(i => $"\"f{i}\":[1]"));
        var alternatives = string.Join(',', Enumerable.Range(0, 900).Select(i => $"{{\"a\":[{i}]}}"));
        var exception = Assert.Throws<EventPatternException>(() => EventPattern.Parse($$"""{{{fields}},"$or":[{{alternatives}}]}"""));
        Assert.Contains("100,000 fields", exception.Message, StringComparison.Ordinal);
    }
}
