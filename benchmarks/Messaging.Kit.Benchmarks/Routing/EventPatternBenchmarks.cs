using System.Text;
using BenchmarkDotNet.Attributes;
using Messaging.Kit.Routing;

namespace Messaging.Kit.Benchmarks.Routing;

/// <summary>
/// What an event costs against many rules: by one set of patterns, and by asking each pattern. Rules share their source and differ in
/// one field; of those that can match, one does, but of anything-but all do but one.
/// </summary>
[MemoryDiagnoser]
public class EventPatternBenchmarks
{
    // Three benchmarks in a row ask the same rules, and ten thousand take a while to make: those that run in one process share them. No more
    // than the last are kept, for every collection would walk through them.
    private static (string Kind, int Rules, EventPattern[] Patterns, EventPatternSet<int> Set)? _made;

    private readonly List<int> _found = new(10_000);
    private EventPattern[] _patterns = [];
    private EventPatternSet<int> _set = null!;
    private byte[] _matching = [], _other = [];

    [Params("exact", "prefix", "numeric", "wildcard", "anything-but", "mix")]
    public string Kind { get; set; } = "exact";

    [Params(1, 10, 100, 1_000, 10_000)]
    public int Rules { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        if (_made?.Kind != Kind || _made?.Rules != Rules)
        {
            _made = Make();
        }

        (_, _, _patterns, _set) = _made!.Value;
        (_matching, _other) = (Event("c00000.x", 0), Event("nobody", -1));
    }

    [Benchmark]
    public int Set_one_matches()
    {
        _found.Clear();
        return _set.Match(_matching, _found);
    }

    [Benchmark]
    public int Set_none_matches()
    {
        _found.Clear();
        return _set.Match(_other, _found);
    }

    [Benchmark(Baseline = true)]
    public int Each_one_matches()
    {
        var count = 0;
        foreach (var pattern in _patterns)
        {
            count += pattern.Matches(_matching) ? 1 : 0;
        }

        return count;
    }

    private (string Kind, int Rules, EventPattern[] Patterns, EventPatternSet<int> Set) Make()
    {
        EventPattern[] patterns = [.. Enumerable.Range(0, Rules).Select(i => EventPattern.Parse(
            $$"""{"source":["shop"],"detail-type":["order"],"detail":{"customer":{{Matcher(Kind == "mix" ? i % 4 : -1, i)}} } }"""))];
        return (Kind, Rules, patterns, new(patterns.Select((pattern, number) => KeyValuePair.Create(pattern, number))));
    }

    private string Matcher(int kind, int i) => (kind, Kind) switch
    {
        (0, _) or (_, "exact") => $"[\"c{i:00000}.x\"]",
        (1, _) or (_, "prefix") => $"[{{\"prefix\":\"c{i:00000}\"}}]",
        (2, _) or (_, "wildcard") => $"[{{\"wildcard\":\"*{i:00000}*x\"}}]",
        (3, _) or (_, "numeric") => $"[{{\"numeric\":[\">=\",{i},\"<\",{i + 1}]}}]",
        _ => $"[{{\"anything-but\":\"c{i:00000}.x\"}}]",
    };

    private byte[] Event(string customer, int number) => Encoding.UTF8.GetBytes(
        $$"""
        {"version":"0","id":"7bf73129-1428-4cd3-a780-95db273d1602","detail-type":"order","source":"shop","account":"123456789012",
        "time":"2026-11-11T21:29:54Z","region":"us-east-1","resources":["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"],
        "detail":{"lines":[{"sku":"a","count":1},{"sku":"b","count":2}],"total":12.50,"customer":{{(Kind == "numeric" ? number.ToString(null, null) : $"\"{customer}\"")}} } }
        """);
}
