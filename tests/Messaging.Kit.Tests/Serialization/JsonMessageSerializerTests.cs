using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Messaging.Kit.Messages;
using Messaging.Kit.Serialization;
using Messaging.Kit.Tests.Fakes;

namespace Messaging.Kit.Tests.Serialization;

public sealed partial class JsonMessageSerializerTests
{
    private readonly JsonMessageSerializer _serializer = new();

    [Fact]
    public void Messages_are_written_by_web_defaults_and_read_again()
    {
        var text = Write(_serializer, new Order(7, "ü"));
        Assert.Equal("""{"number":7,"customer":"\u00FC"}""", text);
        Assert.Equal(new Order(7, "ü"), Read<Order>(text));
        Assert.Equal("application/json", _serializer.ContentType);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"number\":\"seven\"}")]
    [InlineData("{} trailing")]
    public void What_makes_no_message_is_poison(string text) => Assert.Throws<PoisonMessageException>(() => Read<Order>(text));

    [Fact]
    public void Options_are_honoured_also_when_serializers_take_turns_on_a_thread()
    {
        var relaxed = new JsonMessageSerializer(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var indented = new JsonMessageSerializer(new JsonSerializerOptions { WriteIndented = true, IndentSize = 1, NewLine = "\n" });
        var shallow = new JsonMessageSerializer(new JsonSerializerOptions { MaxDepth = 2 });
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal("""{"Number":1,"Customer":"ü"}""", Write(relaxed, new Order(1, "ü")));
            Assert.Equal("{\n \"Number\": 1,\n \"Customer\": null\n}", Write(indented, new Order(1)));
            Assert.ThrowsAny<Exception>(() => Write(shallow, new[] { new[] { new[] { 1 } } }));
            Assert.Equal("[[[1]]]", Write(_serializer, new[] { new[] { new[] { 1 } } }));
        }
    }

    [Fact]
    public void Message_that_cannot_be_written_leaves_the_serializer_usable()
    {
        for (var round = 0; round < 3; round++)
        {
            Assert.Throws<InvalidOperationException>(() => Write(_serializer, new Broken()));
            Assert.Equal("1", Write(_serializer, 1));
        }
    }

    [Fact]
    public void Writing_within_writing_is_fine()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        options.Converters.Add(new NestingConverter(_serializer));
        Assert.Equal("""{"outer":"\u00221\u0022"}""", Write(new JsonMessageSerializer(options), new Nesting("1")));
    }

    [Fact]
    public async Task Threads_do_not_meet()
    {
        await Wait.For(Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var number = 0; number < 2000; number++)
            {
                Assert.Equal($$"""{"number":{{number}},"customer":"{{thread}}"}""", Write(_serializer, new Order(number, $"{thread}")));
            }
        }))));
    }

    [Fact]
    public void Source_generated_context_writes_and_reads_and_knows_what_it_does_not_know()
    {
        var serializer = new JsonMessageSerializer(Context.Default);
        Assert.Equal("""{"number":7,"customer":null}""", Write(serializer, new Order(7)));
        Assert.Null(serializer.Validate<Order>());
        var fault = serializer.Validate<Broken>();
        Assert.StartsWith($"{typeof(Broken)} cannot be serialized: ", fault, StringComparison.Ordinal);
        Assert.EndsWith("Add it to the JsonSerializerContext that is given to UseJson.", fault, StringComparison.Ordinal);
    }

    private static string Write<T>(JsonMessageSerializer serializer, T message)
    {
        var writer = new ArrayBufferWriter<byte>();
        serializer.Serialize(writer, message);
        return Encoding.UTF8.GetString(writer.WrittenSpan);
    }

    private T Read<T>(string text) => _serializer.Deserialize<T>(Encoding.UTF8.GetBytes(text));

    internal sealed record Order(int Number, string? Customer = null);

    private sealed record Nesting(string Inner);

    private sealed class Broken
    {
        public string Filler { get; } = new('x', 50_000);

        public string Text => Filler.Length > 0 ? throw new InvalidOperationException("cannot be read") : Filler;
    }

    private sealed class NestingConverter(JsonMessageSerializer inner) : JsonConverter<Nesting>
    {
        public override Nesting Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Nesting value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("outer", JsonMessageSerializerTests.Write(inner, value.Inner));
            writer.WriteEndObject();
        }
    }

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Order))]
    private sealed partial class Context : JsonSerializerContext;
}
