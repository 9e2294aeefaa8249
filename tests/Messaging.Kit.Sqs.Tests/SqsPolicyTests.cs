using System.Text.Json.Nodes;

namespace Messaging.Kit.Sqs.Tests;

public sealed class SqsPolicyTests
{
    private const string Queue = "arn:aws:sqs:eu-west-1:123456789012:shipping";
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:orders";
    private const string Foreign = """{"Sid":"theirs","Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}""";

    private static readonly SqsPolicy Wanted = new("sns.amazonaws.com", Queue, Topic);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("""{"Version":"2012-10-17"}""")]
    public void Policy_is_made_where_there_is_none(string? policy)
    {
        var made = Wanted.AddTo(policy)!;

        Assert.True(Wanted.IsAllowedBy(made));
        Assert.Equal("2012-10-17", (string?)JsonNode.Parse(made)!["Version"]);
        Assert.Equal("""{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:eu-west-1:123456789012:orders"}}""", JsonNode.Parse(made)!["Statement"]![0]!["Condition"]!.ToJsonString());
    }

    [Theory]
    [InlineData("[" + Foreign + "]")]
    [InlineData(Foreign)]
    public void Statements_of_others_stay_as_they_are(string statement)
    {
        var policy = $$"""{"Version":"2008-10-17","Id":"theirs","Statement":{{statement}}}""";

        var merged = JsonNode.Parse(Wanted.AddTo(policy)!)!;

        Assert.Equal(("2008-10-17", "theirs", 2), ((string?)merged["Version"], (string?)merged["Id"], merged["Statement"]!.AsArray().Count));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Foreign), merged["Statement"]![0]));
        Assert.True(Wanted.IsAllowedBy(merged.ToJsonString()));
    }

    [Fact]
    public void Two_topics_have_a_statement_each()
    {
        var other = Wanted with { SourceArn = Topic + "2" };

        var policy = other.AddTo(Wanted.AddTo(null));

        Assert.True(Wanted.IsAllowedBy(policy));
        Assert.True(other.IsAllowedBy(policy));
        Assert.False((Wanted with { SourceArn = Topic + "3" }).IsAllowedBy(policy));
        Assert.False((Wanted with { Service = "events.amazonaws.com" }).IsAllowedBy(policy));
    }

    [Theory]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}""", true)]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["SQS:SendMessage"],"Resource":["arn:aws:sqs:eu-west-1:123456789012:shipping"],"Condition":{"ArnLike":{"AWS:SourceArn":["x","arn:aws:sns:eu-west-1:123456789012:*"]}}}""", true)]
    [InlineData("""{"Effect":"Allow","Principal":{"Service":["sns.amazonaws.com"]},"Action":"sqs:SendMessage","Resource":"*","Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:sns:eu-west-1:123456789012:orders"}}}""", true)]
    [InlineData("""{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*"}""", false)]
    [InlineData("""{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:ReceiveMessage","Resource":"*"}""", false)]
    [InlineData("""{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"arn:aws:sqs:eu-west-1:123456789012:other"}""", false)]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sqs:SendMessage","Resource":"*"}""", false)]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:eu-west-1:123456789012:other"}}}""", false)]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}""", false)]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:sns:eu-west-1:123456789012:*"}}}""", false)]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"StringLike":{"aws:SourceArn":"arn:aws:sns:*:1234*9012:order?"}}}""", true)]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:123456789012:orders"},"StringEquals":{"aws:SourceAccount":"123456789012"}}}""", true)]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"210987654321"}}}""", false)]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}""", false)]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}""", true)]
    [InlineData("\"nonsense\"", false)]
    public void What_a_policy_allows_is_read(string statement, bool isAllowed) =>
        Assert.Equal(isAllowed, Wanted.IsAllowedBy($$"""{"Statement":[{{statement}}]}"""));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    public void Policy_that_cannot_be_read_is_left_alone(string policy)
    {
        Assert.False(Wanted.IsAllowedBy(policy));
        Assert.Null(Wanted.AddTo(policy));
    }
}
