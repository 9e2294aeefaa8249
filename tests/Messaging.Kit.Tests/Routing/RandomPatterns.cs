using System.Text;
using System.Text.Json;

namespace Messaging.Kit.Tests.Routing;

/// <summary>Patterns and events over few names and values, so that they meet often.</summary>
internal sealed class RandomPatterns(int seed)
{
    // By level, from the last to the first.
    private static readonly string[][] Names = [["d"], ["b", "c"], ["a", "a", "a.b", "e"]];
    private static readonly string[] Texts = ["x", "xy", "X", "xyx", "", "5", "ä", "Ä", "straße", "STRASSE", "10.0.0.1", "10.0.0.01", "10.0.0.200", "::1", "0:0:0:0:0:0:0:1", "*", "x\n"];
    private static readonly string[] Numbers = ["5", "5.0", "50e-1", "0", "-0", "-3", "5.5", "1e2", "100", "0.05"];

    private readonly Random _random = new(seed);

    public string Pattern()
    {
        var builder = new StringBuilder();
        WriteFields(builder, 2);
        return builder.ToString();
    }

    public string Event()
    {
        var builder = new StringBuilder();
        WriteObject(builder, 2);
        return builder.ToString();
    }

    private void WriteFields(StringBuilder builder, int levels)
    {
        // A pattern has a name once: for what happens to a second there are tests of their own.
        var names = Names[levels].Distinct().OrderBy(_ => _random.Next()).Take(_random.Next(1, 3)).ToList();
        builder.Append('{');
        for (var i = 0; i < names.Count; i++)
        {
            builder.Append(i == 0 ? "" : ",");
            switch (_random.Next(10))
            {
                case < 6 when levels > 0 && names[i] is "a" or "b":
                    builder.Append('"').Append(names[i]).Append("\":");
                    WriteFields(builder, levels - 1);
                    break;
                case 6 when levels > 0:
                    builder.Append("\"$or\":[");
                    WriteFields(builder, levels);
                    builder.Append(',');
                    WriteFields(builder, levels);
                    builder.Append(']');
                    break;
                default:
                    builder.Append('"').Append(names[i]).Append("\":[").AppendJoin(',', Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Matcher())).Append(']');
                    break;
            }
        }

        builder.Append('}');
    }

    private string Matcher() => _random.Next(20) switch
    {
        < 5 => Scalar(),
        5 => $$"""{"prefix":{{Text()}}}""",
        6 => $$"""{"suffix":{{Text()}}}""",
        7 => $$"""{"prefix":{"equals-ignore-case":{{Text()}} } }""",
        8 => $$"""{"suffix":{"equals-ignore-case":{{Text()}} } }""",
        9 => $$"""{"equals-ignore-case":{{Text()}}}""",
        10 => $$"""{"wildcard":{{Wildcard()}}}""",
        11 => $$"""{"anything-but":{{(_random.Next(2) == 0 ? Text() : Number())}}}""",
        12 => $$"""{"anything-but":[{{Text()}},{{Text()}}]}""",
        13 => $$"""{"anything-but":[{{Number()}},{{Number()}}]}""",
        14 => $$"""{"anything-but":{"{{Pick("equals-ignore-case", "wildcard")}}":{{Pick(Wildcard(), $"[{Wildcard()},{Wildcard()}]")}} } }""",
        15 => $$"""{"anything-but":{"{{Pick("prefix", "suffix")}}":{{Pick("\"x\"", "[\"x\",\"1\"]", "\"xy\"")}} } }""",
        16 => $$"""{"numeric":{{Pick("[\">\",0]", "[\"<=\",5]", "[\"=\",5]", "[\">=\",-3,\"<\",5]", "[\">\",-10,\"<=\",5.0]", "[\"<\",0]")}}}""",
        17 => $$"""{"cidr":"{{Pick("10.0.0.0/24", "10.0.0.0/31", "::/127", "10.0.0.2/25", "0.0.0.0/0")}}"}""",
        18 => $$"""{"exists":{{Pick("true", "false", "false")}}}""",
        _ => $$"""{"exactly":{{Text()}}}""",
    };

    private void WriteObject(StringBuilder builder, int level)
    {
        builder.Append('{');
        for (var members = _random.Next(level == 2 ? 1 : 0, 4); members > 0; members--)
        {
            // Names come twice now and then.
            builder.Append('"').Append(Pick(Names[level])).Append("\":");
            WriteValue(builder, level, nesting: 2);
            builder.Append(members > 1 ? "," : "");
        }

        builder.Append('}');
    }

    private void WriteValue(StringBuilder builder, int level, int nesting)
    {
        switch (_random.Next(10))
        {
            case < 4 when level > 0:
                WriteObject(builder, level - 1);
                break;
            case < 8 when nesting > 0:
                builder.Append('[');
                for (var items = _random.Next(0, 4); items > 0; items--)
                {
                    WriteValue(builder, level, nesting - 1);
                    builder.Append(items > 1 ? "," : "");
                }

                builder.Append(']');
                break;
            default:
                builder.Append(Scalar());
                break;
        }
    }

    private string Scalar() => _random.Next(6) switch
    {
        < 3 => Text(),
        3 or 4 => Number(),
        _ => Pick("true", "false", "null"),
    };

    private string Text() => JsonSerializer.Serialize(Pick(Texts));

    private string Wildcard() => Pick("\"*\"", "\"x*\"", "\"*x\"", "\"*y*\"", "\"x*x\"", "\"10.*\"", "\"*0.0*1\"", "\"xy\"", "\"\"");

    private string Number() => Pick(Numbers);

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
