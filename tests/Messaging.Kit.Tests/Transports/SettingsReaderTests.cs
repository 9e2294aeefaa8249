using Messaging.Kit.Routing;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;

namespace Messaging.Kit.Tests.Transports;

/// <summary>What adapters read with it. What the kit itself reads, and the texts of its faults, are among the tests of Hosting.</summary>
public sealed class SettingsReaderTests
{
    private readonly List<string> _faults = [];

    [Fact]
    public void Settings_are_read_whatever_their_case()
    {
        var read = new List<object>();
        Read(new() { ["NAME"] = "orders", ["blank"] = "", ["fast"] = "True", ["Count"] = "-3", ["Wait"] = "1.00:00:05" }, settings =>
        {
            settings.Text("Name", read.Add);
            settings.Text("Blank", read.Add);
            settings.Text("Missing", read.Add);
            settings.Flag("Fast", value => read.Add(value));
            settings.Number<int>("Count", value => read.Add(value));
            settings.Time("Wait", value => read.Add(value));
            settings.Flag("Missing", value => read.Add(value));
        });

        Assert.Equal(["orders", "", true, -3, new TimeSpan(1, 0, 0, 5)], read);
        Assert.Empty(_faults);
    }

    [Fact]
    public void Faults_name_the_key_the_value_and_what_would_be_right()
    {
        Read(new() { ["Fast"] = "yes", ["Wait"] = "4", ["Wiat"] = "00:00:05" }, settings =>
        {
            settings.Flag("Fast", _ => Assert.Fail("was set"));
            settings.Time("Wait", _ => Assert.Fail("was set"), "4.00:00:00");
        });

        Assert.Equal(
            [
                "Messaging:Test:Fast is 'yes'; use true or false.",
                "Messaging:Test:Wait is '4'; use a time such as 4.00:00:00.",
                "Messaging:Test:Wiat means nothing here. Known are: Fast, Wait.",
            ],
            _faults);
    }

    [Theory]
    [InlineData("2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z")]
    [InlineData("2026-11-23T09:00:00.25+01:00", "2026-11-23T08:00:00.25Z")]
    [InlineData("2026-11-23T09:00", "2026-11-23T09:00:00Z")]
    [InlineData("2026-11-23", "2026-11-23T00:00:00Z")]
    [InlineData("11/23/2026", null)]
    [InlineData("09:00", null)]
    [InlineData("9", null)]
    public void Points_in_time_are_read_in_one_way(string text, string? expected)
    {
        DateTimeOffset? read = null;
        Read(new() { ["From"] = text }, settings => settings.Instant("From", value => read = value));

        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), read);
        Assert.Equal(expected is null ? [$"Messaging:Test:From is '{text}'; use a point in time such as 2026-11-23T09:00:00Z."] : [], _faults);
    }

    [Fact]
    public void Patterns_are_read_and_what_is_wrong_with_one_has_its_place()
    {
        EventPattern? read = null;
        Read(new() { ["Good"] = """{"source":["shop"]}""", ["Bad"] = """{"source":["shop"],"detail":{"total":[{"above":5}]}}""" }, settings =>
        {
            settings.Pattern("Good", value => read = value);
            settings.Pattern("Bad", _ => Assert.Fail("was set"));
        });

        Assert.Equal("""{"source":["shop"]}""", read?.Json);
        var fault = Assert.Single(_faults);
        Assert.StartsWith("Messaging:Test:Bad is '{\"source\"", fault, StringComparison.Ordinal);
        Assert.Contains("detail.total[0].above: 'above' is no operator.", fault, StringComparison.Ordinal);
        Assert.EndsWith("(Line 1, column 40.)", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_have_names_of_their_own()
    {
        var read = new List<string>();
        Read(new() { ["Labels:team"] = "blue", ["Labels:Cost.Centre"] = "42" }, settings => settings.Texts("Labels", (name, value) => read.Add($"{name}={value}")));

        Assert.Equal(["Cost.Centre=42", "team=blue"], read);
        Assert.Empty(_faults);
    }

    [Fact]
    public void Texts_are_no_text()
    {
        Read(new() { ["Labels"] = "blue" }, settings => settings.Texts("Labels", (_, _) => Assert.Fail("was set")));

        Assert.Equal(["Messaging:Test:Labels is the value 'blue', but it is a section with settings below it."], _faults);
    }

    private void Read(Dictionary<string, string?> settings, Action<SettingsReader> read)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create("Messaging:Test:" + pair.Key, pair.Value))).Build();
        SettingsReader.Read(configuration.GetSection("Messaging:Test"), _faults, read);
    }
}
