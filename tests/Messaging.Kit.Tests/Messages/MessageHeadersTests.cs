using Messaging.Kit.Messages;

namespace Messaging.Kit.Tests.Messages;

public sealed class MessageHeadersTests
{
    private readonly MessageHeaders _headers = [];

    [Fact]
    public void Headers_keep_the_order_in_which_they_were_set()
    {
        foreach (var name in "zyxwvutsrq")
        {
            _headers.Set($"{name}", $"value of {name}");
        }

        _headers.Set("x", "new");
        Assert.Equal("zyxwvutsrq", string.Concat(_headers.Select(pair => pair.Key)));
        Assert.Equal(10, _headers.Count);
        Assert.Equal("new", _headers["x"]);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("abcdefghij0123456789")]
    public void Name_of_1_to_20_lower_case_letters_and_digits_is_valid(string name)
    {
        Assert.True(MessageHeaders.IsValidName(name));
        _headers.Set(name, "");
        Assert.Equal("", _headers[name]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("abcdefghij01234567890")]
    [InlineData("Upper")]
    [InlineData("with-dash")]
    [InlineData("with space")]
    [InlineData("umlautü")]
    [InlineData("specversion")]
    [InlineData("id")]
    [InlineData("source")]
    [InlineData("type")]
    [InlineData("time")]
    [InlineData("data")]
    [InlineData("database64")]
    [InlineData("datacontenttype")]
    [InlineData("partitionkey")]
    public void Any_other_name_is_refused_with_words_that_help(string? name)
    {
        Assert.False(MessageHeaders.IsValidName(name));
        if (name is not null)
        {
            var failure = Assert.Throws<ArgumentException>(() => _headers.Set(name, "value"));
            Assert.StartsWith($"'{name}' cannot be the name of a header. Use 1 to 20 lower-case letters and digits, and none of: specversion, id,", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Value_with_half_of_a_surrogate_pair_is_refused()
    {
        foreach (var value in new[] { "\ud800", "\udc00", "a\ud800b", "\udc00\ud800", "fine \ud83d\ude00 and \ud83d" })
        {
            Assert.Contains("half of a surrogate pair", Assert.Throws<ArgumentException>(() => _headers.Set("name", value)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\u0001\n\"\\")]
    [InlineData("😀 ü \uffff")]
    public void Any_other_text_is_a_value(string value)
    {
        _headers["name"] = value;
        Assert.Equal(value, _headers["name"]);
    }

    [Fact]
    public void Setting_null_removes()
    {
        _headers.Set("a", "1");
        _headers.Set("b", "2");
        _headers.Set("c", "3");
        _headers["b"] = null;
        _headers["missing"] = null;
        Assert.Equal(["a=1", "c=3"], _headers.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.False(_headers.TryGetValue("b", out var value));
        Assert.Null(value);
        Assert.False(_headers.Remove("b"));
        Assert.True(_headers.Remove("a"));
        Assert.True(_headers.Remove("c"));
        Assert.Empty(_headers);
        _headers.Set("d", "4");
        Assert.Equal("4", _headers["d"]);
    }

    [Theory]
    [InlineData("Content-Type", "contenttype")]
    [InlineData("X_Amz.Trace Id", "xamztraceid")]
    [InlineData("Ünïcode", "ncode")]
    [InlineData("---", "x")]
    [InlineData("Id", "xid")]
    [InlineData("data_base64", "xdatabase64")]
    [InlineData("a-name-that-is-longer-than-twenty", "anamethatislongerthantwenty")]
    public void Foreign_name_becomes_the_nearest_valid_one(string foreign, string name)
    {
        _headers.AddForeign(foreign, "value");
        Assert.Equal("value", _headers[name]);
    }

    [Fact]
    public void Foreign_names_that_are_taken_get_a_number()
    {
        _headers.Set("tenant", "own");
        _headers.AddForeign("Tenant", "1");
        _headers.AddForeign("TENANT", "2");
        Assert.Equal(["tenant=own", "tenant2=1", "tenant3=2"], _headers.Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Fact]
    public void Foreign_value_is_made_valid()
    {
        _headers.AddForeign("a", "x\ud800y");
        Assert.Equal("x\ufffdy", _headers["a"]);
    }

    [Fact]
    public void Copy_is_independent()
    {
        _headers.Set("a", "1");
        var copy = new MessageHeaders(_headers);
        copy.Set("a", "2");
        copy.Set("b", "3");
        Assert.Equal(["a=1"], _headers.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.Equal(2, copy.Count);
    }
}
