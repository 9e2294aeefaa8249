using System.Buffers;
using System.Text;
using System.Text.Json;
using Messaging.Kit.Routing;

namespace Messaging.Kit.Tests.Routing;

public sealed class InputTransformerTests
{
    private const string Event = """
        {
          "version": "0", "id": "7bf73129", "detail-type": "State", "source": "aws.ec2", "resources": ["arn:1", "arn:2"],
          "detail": { "instance-id": "i-0123", "state": "RUNNING", "count": 5.0, "ok": true, "none": null, "text": "a \"b\" \\ \u00e4",
                      "items": [ { "sku": "x", "tags": [1, 2] }, { "sku": "y" }, 7 ], "a/b": 1 }
        }
        """;

    private static readonly TransformContext Context = new(
        "arn:aws:events:us-east-2:123456789012:rule/example", "example", new(2026, 11, 23, 16, 0, 0, 500, TimeSpan.FromHours(2)));

    private static readonly Dictionary<string, string> Paths = new()
    {
        ["instance"] = "$.detail.instance-id",
        ["state"] = "$.detail.state",
        ["count"] = "$.detail.count",
        ["ok"] = "$.detail.ok",
        ["none"] = "$.detail.none",
        ["text"] = "$.detail.text",
        ["items"] = "$.detail.items",
        ["second"] = "$.detail.items[1].sku",
        ["skus"] = "$.detail.items[*].sku",
        ["ids"] = "$.resources.*",
        ["slash"] = "$.detail.a/b",
        ["missing"] = "$.detail.missing.further",
        ["behind"] = "$.detail.items[9]",
        ["nothing"] = "$.detail.missing[*]",
    };

    [Theory]

    // Values of JSON.
    [InlineData("""{ "instance" : <instance>, "state": [ 9, <state>, true ] }""", """{"instance":"i-0123","state":[9,"RUNNING",true]}""")]
    [InlineData("""{"a":<count>,"b":<ok>,"c":<none>}""", """{"a":5.0,"b":true,"c":null}""")]
    [InlineData("""{"a":<text>}""", """{"a":"a \"b\" \\ \u00e4"}""")]
    [InlineData("""{"a":<items>}""", """{"a":[{"sku":"x","tags":[1,2]},{"sku":"y"},7]}""")]
    [InlineData("""[<second>,<slash>]""", """["y",1]""")]
    [InlineData("""{"a":<missing>,"b":<behind>}""", """{"a":"","b":""}""")]
    [InlineData("""{"a":<skus>,"b":<ids>,"c":<nothing>}""", """{"a":["x","y"],"b":["arn:1","arn:2"],"c":[]}""")]
    [InlineData("""{"a b": " c  d "}""", """{"a b":" c  d "}""")]

    // Within strings of JSON: nothing is escaped, and what is no string loses its quotes.
    [InlineData("""{"a":"<state>"}""", """{"a":"RUNNING"}""")]
    [InlineData("""{"a":"instance \"<instance>\" is in <state>"}""", """{"a":"instance \"i-0123\" is in RUNNING"}""")]
    [InlineData("""{"a":"n: <count> <ok> <none>"}""", """{"a":"n: 5.0 true null"}""")]
    [InlineData("""{"a":"<text>"}""", """{"a":"a "b" \ ä"}""")]
    [InlineData("""{"a":"<items>"}""", """{"a":"[{sku:x,tags:[1,2]},{sku:y},7]"}""")]
    [InlineData("""{"a":"<missing>-<behind>"}""", """{"a":"-"}""")]
    [InlineData("""{"a":"<unknown> < <state"}""", """{"a":"<unknown> < <state"}""")]
    [InlineData("\"instance <instance> is in <state>\"", "\"instance i-0123 is in RUNNING\"")]
    [InlineData(" \"<state>\" ", "\"RUNNING\"")]

    // Text.
    [InlineData("<instance> is in state <state>", "i-0123 is in state RUNNING")]
    [InlineData("<text>: <items>", "a \"b\" \\ ä: [{\"sku\":\"x\",\"tags\":[1,2]},{\"sku\":\"y\"},7]")]
    [InlineData("<missing>.", ".")]
    [InlineData("<b>bold</b> > <state>", "<b>bold</b> > RUNNING")]
    [InlineData("\"one <state>\"\n\"two\"", "\"one RUNNING\"\n\"two\"")]
    [InlineData(" plain ", " plain ")]

    // What needs no path.
    [InlineData("""{"a":<aws.events.rule-arn>,"b":<aws.events.rule-name>}""", """{"a":"arn:aws:events:us-east-2:123456789012:rule/example","b":"example"}""")]
    [InlineData("""{"a":<aws.events.event.ingestion-time>}""", """{"a":"2026-11-23T14:00:00Z"}""")]
    [InlineData("\"<aws.events.rule-name> triggered\"", "\"example triggered\"")]
    [InlineData("<aws.events.rule-name> at <aws.events.event.ingestion-time>", "example at 2026-11-23T14:00:00Z")]
    [InlineData("""{"a":<aws.events.event>}""", """{"a":{"version":"0","id":"7bf73129","detail-type":"State","source":"aws.ec2","resources":["arn:1","arn:2"]}}""")]
    public void Template_becomes_the_input(string template, string expected) =>
        Assert.Equal(expected, Transform(InputTransformer.Parse(Paths, template), Event));

    [Theory]
    [InlineData("""{"a":<aws.events.event.json>}""", """{"a":""", "}")]
    [InlineData("<aws.events.event.json>", "", "")]
    public void Whole_event_goes_in_without_its_whitespace(string template, string before, string behind)
    {
        using var expected = JsonDocument.Parse(before + Event + behind);
        var input = Transform(InputTransformer.Parse(Paths, template), Event);
        using var actual = JsonDocument.Parse(input);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, actual.RootElement));
        Assert.DoesNotContain('\n', input);
    }

    [Theory]
    [InlineData("{}", "{}")]
    [InlineData("""{"detail":1}""", "{}")]
    [InlineData("""{"detail":1,"a":2,"d\u0065tail":3}""", """{"a":2}""")]
    public void Event_without_detail_is_an_object_still(string json, string expected) =>
        Assert.Equal(expected, Transform(InputTransformer.Parse(Paths, "<aws.events.event>"), json));

    [Fact]
    public void Path_that_is_only_the_event_finds_the_event() =>
        Assert.Equal("""{"a":{"b":1}}""", Transform(InputTransformer.Parse(new Dictionary<string, string> { ["e"] = "$" }, """{"a":<e>}"""), """{ "b" : 1 }"""));

    [Fact]
    public void Of_a_name_that_is_there_twice_the_last_value_is_taken()
    {
        var transformer = InputTransformer.Parse(new Dictionary<string, string> { ["e"] = "$.a.b" }, "<e>");
        Assert.Equal("2", Transform(transformer, """{"a":{"b":0,"b":1},"a":{"b":2}}"""));
        Assert.Equal("", Transform(transformer, """{"a":{"b":0},"a":{}}"""));
    }

    [Fact]
    public void Null_in_the_context_is_empty() =>
        Assert.Equal("""{"a":"","b":"0001-01-01T00:00:00Z"}""", Transform(
            InputTransformer.Parse(Paths, """{"a":<aws.events.rule-arn>,"b":<aws.events.event.ingestion-time>}"""), "{}", default));

    [Theory]
    [InlineData("", "0 characters")]
    [InlineData("""{"a":<unknown>}""", "<unknown> at character 5")]
    [InlineData("""{"a":"<aws.events.unknown>"}""", "<aws.events.unknown> at character 6")]
    [InlineData("<aws.events.event.ingestion>", "which is not defined")]
    [InlineData("""{<state>:1}""", "name of a field")]
    [InlineData("""{"a<state>":1}""", "name of a field")]
    [InlineData("""{"a":1""", "begins like JSON")]
    [InlineData("""{"a":<state> <state>}""", "begins like JSON")]
    [InlineData("""[1,]""", "begins like JSON")]
    [InlineData("""{"a":"<aws.events.event.json>"}""", "only be a value")]
    [InlineData("""{"a":"x <aws.events.event>"}""", "only be a value")]
    public void Wrong_template_is_refused_with_a_reason(string template, string reason) =>
        Assert.Contains(reason, Assert.Throws<InputTransformerException>(() => InputTransformer.Parse(Paths, template)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "$.a", "is no name")]
    [InlineData("a.b", "$.a", "is no name")]
    [InlineData("ä", "$.a", "is no name")]
    [InlineData("AWSx", "$.a", "reserved")]
    [InlineData("a", "", "begin with $")]
    [InlineData("a", "detail", "begin with $")]
    [InlineData("a", "$detail", "character 1 is 'd'")]
    [InlineData("a", "$.", "expected at character 2")]
    [InlineData("a", "$..a", "expected at character 2")]
    [InlineData("a", "$.a.", "expected at character 4")]
    [InlineData("a", "$['a']", "names stand behind dots")]
    [InlineData("a", "$.a[-1]", "an index such as")]
    [InlineData("a", "$.a[1", "an index such as")]
    [InlineData("a", "$.a b", "character 3 is ' '")]
    [InlineData("a", null, "null")]
    public void Wrong_path_is_refused_with_a_reason(string name, string? path, string reason) => Assert.Contains(
        reason,
        Assert.Throws<InputTransformerException>(() => InputTransformer.Parse(new Dictionary<string, string> { [name] = path! }, "x")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Limits_of_the_service_hold()
    {
        Assert.NotNull(InputTransformer.Parse(Named(100), new string('x', 8_192)));
        Assert.Throws<InputTransformerException>(() => InputTransformer.Parse(Named(101), "x"));
        Assert.Throws<InputTransformerException>(() => InputTransformer.Parse(Named(1), new string('x', 8_193)));
        Assert.NotNull(InputTransformer.Parse(new Dictionary<string, string> { [new string('n', 256)] = "$." + new string('p', 254) }, "x"));
        Assert.Throws<InputTransformerException>(() => InputTransformer.Parse(new Dictionary<string, string> { [new string('n', 257)] = "$" }, "x"));
        Assert.Throws<InputTransformerException>(() => InputTransformer.Parse(new Dictionary<string, string> { ["n"] = "$." + new string('p', 255) }, "x"));

        static Dictionary<string, string> Named(int count) => Enumerable.Range(0, count).ToDictionary(i => $"n{i}", _ => "$");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"a":1""")]
    [InlineData("""{"a":1}x""")]
    public void What_is_no_event_is_refused_and_nothing_is_written(string json)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Throws<FormatException>(() => InputTransformer.Parse(Paths, "x<state>").Transform(Encoding.UTF8.GetBytes(json), output, Context));
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void What_is_no_UTF8_is_refused_too() => Assert.Throws<FormatException>(() =>
        InputTransformer.Parse(Paths, "x<state>").Transform([.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8], new ArrayBufferWriter<byte>(), Context));

    [Fact]
    public void Template_is_given_back_as_it_was_written()
    {
        var transformer = InputTransformer.Parse(Paths, """ {"a": <state>} """);
        Assert.Equal(""" {"a": <state>} """, transformer.Template);
        Assert.True(transformer.IsJson);
        Assert.False(InputTransformer.Parse(Paths, "<state>").IsJson);
    }

    private static string Transform(InputTransformer transformer, string json) => Transform(transformer, json, Context);

    private static string Transform(InputTransformer transformer, string json, TransformContext context)
    {
        var output = new ArrayBufferWriter<byte>();
        transformer.Transform(Encoding.UTF8.GetBytes(json), output, context);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
