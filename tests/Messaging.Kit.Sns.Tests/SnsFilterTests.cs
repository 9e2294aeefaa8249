using Messaging.Kit.Routing;
using Messaging.Kit.Sqs;

namespace Messaging.Kit.Sns.Tests;

public sealed class SnsFilterTests
{
    [Theory]
    [InlineData("""{"detail-type":["order.placed"]}""", SnsFilterScope.Attributes, """{"type":["order.placed"]}""")]
    [InlineData("""{"source":[{"prefix":"/shop"}],"detail-type":["a","b"]}""", SnsFilterScope.Attributes, """{"source":[{"prefix":"/shop"}],"type":["a","b"]}""")]
    [InlineData("""{"detail":{"total":[{"numeric":[">",1.50]}],"source":["web"]}}""", SnsFilterScope.Body, """{"data":{"total":[{"numeric":[">",1.50]}],"source":["web"]}}""")]
    [InlineData("""{"id":["1"]}""", SnsFilterScope.Body, """{"id":["1"]}""")]
    [InlineData(
        """{"$or":[{"detail-type":["a"]},{"$or":[{"source":["b"]},{"detail":{"$or":[{"detail-type":["c"]},{"d":["é"]}]}}]}]}""",
        SnsFilterScope.Body,
        """{"$or":[{"type":["a"]},{"$or":[{"source":["b"]},{"data":{"$or":[{"detail-type":["c"]},{"d":["é"]}]}}]}]}""")]
    public void Pattern_for_events_becomes_a_policy_for_what_the_kit_sends(string pattern, object scope, string policy)
    {
        var filter = SnsFilter.Of(Options(options => options.Filter = EventPattern.Parse(pattern)))!;

        Assert.Equal((policy, scope), (filter.Policy.Json, filter.Scope));
    }

    [Fact]
    public void Policy_of_its_own_is_taken_as_it_is()
    {
        var policy = EventPattern.Parse("""{ "tenant": ["north"] }""");

        Assert.Equal(new SnsFilter(policy, SnsFilterScope.Body), SnsFilter.Of(Options(options => (options.FilterPolicy, options.FilterScope) = (policy, SnsFilterScope.Body))));
        Assert.Null(SnsFilter.Of(Options(_ => { })));
    }

    [Fact]
    public void What_messages_of_SNS_do_not_have_is_a_fault()
    {
        var options = Options(options => options.Filter = EventPattern.Parse("""{"region":["eu-west-1"],"$or":[{"account":["1"]},{"source":["x"]}]}"""));

        Assert.Equal(2, SnsFilter.Faults(options).Count());
        Assert.Contains(SnsFilter.Faults(options), fault => fault.Contains("have no 'account'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"source":["a"],"source":["b"]}""", "names a field twice")]
    [InlineData("""{"detail.total":[1]}""", "as objects")]
    [InlineData("""{"$or":[{"detail":{"order.total":[1]}},{"source":["a"]}]}""", "as objects")]
    public void What_cannot_be_said_to_SNS_is_a_fault(string pattern, string fault) =>
        Assert.Contains(fault, Assert.Single(SnsFilter.Faults(Options(options => options.Filter = EventPattern.Parse(pattern)))), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"source":["a"]}""", SnsFilterScope.Attributes)]
    [InlineData("""{"source":["say \"a\""]}""", SnsFilterScope.Body)]
    [InlineData("""{"source":["C:\\a"]}""", SnsFilterScope.Body)]
    public void Texts_that_attributes_would_need_escaped_twice_are_looked_for_in_the_body(string pattern, SnsFilterScope scope)
    {
        var filter = SnsFilter.Of(Options(options => options.Filter = EventPattern.Parse(pattern)));

        Assert.Equal((scope, pattern), (filter?.Scope, filter?.Policy.Json));
    }

    [Fact]
    public void Pattern_as_deep_as_patterns_may_be_is_a_filter()
    {
        const int Levels = 90;
        var below = string.Concat(Enumerable.Repeat("""{"a":""", Levels)) + "[1]" + new string('}', Levels);
        var options = Options(options => options.Filter = EventPattern.Parse($$"""{"detail":{{below}}}"""));

        Assert.Empty(SnsFilter.Faults(options));
        Assert.Equal($$"""{"data":{{below}}}""", SnsFilter.Of(options)?.Policy.Json);
    }

    [Fact]
    public void What_SNS_does_not_take_is_a_fault()
    {
        Assert.Contains("no wildcards", Assert.Single(SnsFilter.Faults(Options(options => options.Filter = EventPattern.Parse("""{"source":[{"wildcard":"/a*b"}]}""")))), StringComparison.Ordinal);
        Assert.Contains("both set", Assert.Single(SnsFilter.Faults(Options(options =>
            (options.Filter, options.FilterPolicy) = (EventPattern.Parse("""{"source":["a"]}"""), EventPattern.Parse("""{"source":["a"]}"""))))), StringComparison.Ordinal);
    }

    private static SnsSubscriptionOptions Options(Action<SnsSubscriptionOptions> configure)
    {
        var options = new SnsSubscriptionOptions(new SqsTransportOptions());
        configure(options);
        return options;
    }
}
