using Messaging.Kit.Routing;

namespace Messaging.Kit.Tests.Routing;

public sealed class EventAttributeTests
{
    [Theory]
    [InlineData("""{"a":["x"]}""", "x", EventAttributeKind.Text, true)]
    [InlineData("""{"a":["X"]}""", "x", EventAttributeKind.Text, false)]
    [InlineData("""{"a":[5]}""", "5", EventAttributeKind.Text, false)]
    [InlineData("""{"a":["x\\y\"ä"]}""", "x\\y\"ä", EventAttributeKind.Text, true)]
    [InlineData("""{"a":["true"]}""", "true", EventAttributeKind.Text, true)]
    [InlineData("""{"a":[5]}""", "5.0", EventAttributeKind.Number, true)]
    [InlineData("""{"a":[{"numeric":[">",4]}]}""", "5e0", EventAttributeKind.Number, true)]
    [InlineData("""{"a":["5"]}""", "5", EventAttributeKind.Number, false)]
    [InlineData("""{"a":[{"exists":false}]}""", "five", EventAttributeKind.Number, true)]
    [InlineData("""{"a":[{"exists":false}]}""", "", EventAttributeKind.Number, true)]
    [InlineData("""{"a":["x"]}""", """["y","x"]""", EventAttributeKind.TextArray, true)]
    [InlineData("""{"a":[5]}""", """["y",5,true,null]""", EventAttributeKind.TextArray, true)]
    [InlineData("""{"a":[null]}""", """["y",5,true,null]""", EventAttributeKind.TextArray, true)]
    [InlineData("""{"a":[{"anything-but":"y"}]}""", """["y","x"]""", EventAttributeKind.TextArray, true)]
    [InlineData("""{"a":[{"anything-but":"y"}]}""", """["y"]""", EventAttributeKind.TextArray, false)]
    [InlineData("""{"a":[{"exists":false}]}""", "[]", EventAttributeKind.TextArray, true)]
    [InlineData("""{"a":[{"exists":false}]}""", """["x" """, EventAttributeKind.TextArray, true)]
    [InlineData("""{"a":[{"exists":false}]}""", """{"x":1}""", EventAttributeKind.TextArray, true)]
    [InlineData("""{"a":[{"exists":false}]}""", """["x",{"x":1}]""", EventAttributeKind.TextArray, true)]
    [InlineData("""{"a":[{"exists":false}]}""", """ "x" """, EventAttributeKind.TextArray, true)]
    [InlineData("""{"a":[{"exists":false}]}""", "AAAA", EventAttributeKind.Binary, true)]
    [InlineData("""{"a":[{"exists":true}]}""", "AAAA", EventAttributeKind.Binary, false)]
    public void Attribute_is_a_field_of_its_type(string pattern, string value, EventAttributeKind kind, bool expected)
    {
        EventAttribute[] attributes = [new("other", "x"), new("a", value, kind)];
        Assert.Equal(expected, EventPattern.Parse(pattern).MatchesAttributes(attributes));
        var found = new List<int>();
        Assert.Equal(expected ? 1 : 0, new EventPatternSet<int>([new(EventPattern.Parse(pattern), 1)]).MatchAttributes(attributes, found));
    }

    [Fact]
    public void All_fields_of_a_pattern_have_to_match()
    {
        var pattern = EventPattern.Parse("""{"a.b":["x"],"c":[{"exists":false}],"$or":[{"d":[1]},{"e":["y"]}]}""");
        Assert.True(pattern.MatchesAttributes([new("a.b", "x"), new("e", "y")]));
        Assert.True(pattern.MatchesAttributes([new("a.b", "x"), new("d", "1.0", EventAttributeKind.Number)]));
        Assert.False(pattern.MatchesAttributes([new("a.b", "x"), new("e", "y"), new("c", "")]));
        Assert.False(pattern.MatchesAttributes([new("a", "x"), new("e", "y")]));
        Assert.False(pattern.MatchesAttributes(ReadOnlySpan<EventAttribute>.Empty));
    }

    [Fact]
    public void Attribute_without_a_name_or_value_is_absent() =>
        Assert.True(EventPattern.Parse("""{"a":[{"exists":false}]}""").MatchesAttributes([default, new("a", null!), new(null!, "x")]));
}
