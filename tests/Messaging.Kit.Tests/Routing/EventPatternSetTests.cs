using System.Text;
using Messaging.Kit.Routing;
using Messaging.Kit.Tests.InMemory;

namespace Messaging.Kit.Tests.Routing;

[Collection<AloneCollection>]
public sealed class EventPatternSetTests
{
    [Fact]
    public void Values_are_found_in_the_order_in_which_the_set_was_given_them()
    {
        var set = Set("""{"a":["x"]}""", """{"a":["y"]}""", """{"a":[{"prefix":"x"}]}""", """{"b":[{"exists":false}]}""");
        Assert.Equal(4, set.Count);
        Assert.Equal([0, 2, 3], Match(set, """{"a":"x"}"""));
        Assert.Equal([1], Match(set, """{"a":"y","b":1}"""));
        Assert.Empty(Match(set, """{"b":1}"""));
    }

    [Fact]
    public void Pattern_that_is_there_twice_is_found_twice_and_one_that_matches_twice_once()
    {
        var set = Set("""{"a":["x","y"]}""", """{"a":["x","y"]}""", """{"$or":[{"a":["x"]},{"a":["y"]}]}""");
        Assert.Equal([0, 1, 2], Match(set, """{"a":["x","y","x"]}"""));
    }

    [Fact]
    public void Set_without_patterns_finds_nothing() => Assert.Empty(Match(Set(), """{"a":"x"}"""));

    [Fact]
    public void Found_values_are_added_to_what_is_there()
    {
        var found = new List<int> { 7 };
        Assert.Equal(1, Set("""{"a":["x"]}""").Match("""{"a":"x"}"""u8, found));
        Assert.Equal([7, 0], found);
    }

    [Fact]
    public void Null_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => new EventPatternSet<int>(null!));
        Assert.Throws<ArgumentException>(() => new EventPatternSet<int>([new(null!, 1)]));
        Assert.Throws<ArgumentNullException>(() => Set().Match("{}"u8, null!));
    }

    [Theory]
    [InlineData("""["v{0}"]""", "\"v7\"", 7)]
    [InlineData("""[{{"prefix":"v{0}."}}]""", "\"v7.x\"", 7)]
    [InlineData("""[{{"suffix":".v{0}"}}]""", "\"x.v7\"", 7)]
    [InlineData("""[{{"equals-ignore-case":"v{0}"}}]""", "\"V7\"", 7)]
    [InlineData("""[{{"prefix":{{"equals-ignore-case":"v{0}."}}}}]""", "\"V7.X\"", 7)]
    [InlineData("""[{{"suffix":{{"equals-ignore-case":".v{0}"}}}}]""", "\"X.V7\"", 7)]
    [InlineData("""[{{"wildcard":"*.v{0}.*"}}]""", "\"x.v7.y\"", 7)]
    [InlineData("""[{{"wildcard":"v{0}.*"}}]""", "\"v7.y\"", 7)]
    [InlineData("""[{{"numeric":[">=",{0},"<",{0}.5]}}]""", "7.25", 7)]
    [InlineData("[{0}]", "7.0", 7)]
    [InlineData("""[{{"cidr":"10.0.{0}.0/24"}}]""", "\"10.0.7.9\"", 7)]
    [InlineData("""["10.0.0.{0}"]""", "\"10.0.0.007\"", 7)]
    public void Many_matchers_of_one_field_are_found_by_an_index(string matcher, string value, int expected)
    {
        var set = Set([.. Enumerable.Range(0, 200).Select(i => $$"""{"a":{{string.Format(null, matcher, i)}} }""")]);
        Assert.Equal([expected], Match(set, $$"""{"a":{{value}}}"""));
        Assert.Equal([expected], Match(set, $$"""{"a":[null,{{value}},true,{{value}}]}"""));
        Assert.Empty(Match(set, """{"a":["nothing",-1,null,true,false]}"""));
    }

    [Fact]
    public void Many_of_anything_but_are_found_by_what_they_exclude()
    {
        var set = Set([.. Enumerable.Range(0, 50).Select(i => $$"""{"a":[{"anything-but":["v{{i}}","w"]}]}""")]);
        Assert.Equal(Enumerable.Range(0, 50).Except([7]), Match(set, """{"a":"v7"}"""));
        Assert.Equal(Enumerable.Range(0, 50), Match(set, """{"a":["v7","v8"]}"""));
        Assert.Empty(Match(set, """{"a":"w"}"""));
        Assert.Equal(Enumerable.Range(0, 50), Match(set, """{"a":null}"""));
    }

    [Fact]
    public void Beginnings_of_beginnings_are_all_found()
    {
        var set = Set([.. Enumerable.Range(0, 30).Select(i => $$"""{"a":[{"prefix":"{{new string('x', i)}}"}]}""")]);
        Assert.Equal(Enumerable.Range(0, 11), Match(set, """{"a":"xxxxxxxxxxy"}"""));
        set = Set([.. Enumerable.Range(0, 30).Select(i => $$"""{"a":[{"wildcard":"*{{new string('x', i)}}y*"}]}""")]);
        Assert.Equal(Enumerable.Range(0, 11), Match(set, """{"a":"zxxxxxxxxxxyz"}"""));
    }

    [Fact]
    public void Overlapping_intervals_are_all_found()
    {
        var set = Set([.. Enumerable.Range(0, 100).Select(i => $$"""{"a":[{"numeric":[">",{{i - 50}},"<=",{{i}}]}]}""")]);
        Assert.Equal(Enumerable.Range(30, 50), Match(set, """{"a":30}"""));
        Assert.Equal(Enumerable.Range(30, 51).Skip(1), Match(set, """{"a":30.5}"""));
    }

    [Fact]
    public void Threads_match_with_one_set_at_the_same_time()
    {
        var random = new RandomPatterns(7);
        var patterns = Enumerable.Range(0, 300).Select(_ => EventPattern.Parse(random.Pattern())).ToList();
        var set = new EventPatternSet<int>(patterns.Select((pattern, number) => KeyValuePair.Create(pattern, number)));
        var events = Enumerable.Range(0, 200).Select(_ => Encoding.UTF8.GetBytes(random.Event())).ToList();
        var expected = events.ConvertAll(json => Enumerable.Range(0, 300).Where(number => patterns[number].Matches(json)).ToList());
        Parallel.For(0, 2_000, i =>
        {
            var found = new List<int>();
            set.Match(events[i % 200], found);
            Assert.Equal(expected[i % 200], found);
            Assert.Equal(expected[i % 200].Contains(i % 300), patterns[i % 300].Matches(events[i % 200]));
        });
    }

    [Fact]
    public void List_that_matches_again_while_it_is_filled_does_no_harm()
    {
        var set = Set("""{"a":["x"]}""", """{"b":["y"]}""");
        var found = new ReentrantList(set);
        Assert.Equal(2, set.Match("""{"a":"x","b":"y"}"""u8, found));
        Assert.Equal([0, 1], found.Values);
        Assert.Equal([1, 1], found.Inner);
    }

    private static EventPatternSet<int> Set(params string[] patterns) =>
        new(patterns.Select((pattern, number) => KeyValuePair.Create(EventPattern.Parse(pattern), number)));

    private static List<int> Match(EventPatternSet<int> set, string json)
    {
        var found = new List<int>();
        Assert.Equal(set.Match(Encoding.UTF8.GetBytes(json), found), found.Count);
        return found;
    }

    private sealed class ReentrantList(EventPatternSet<int> set) : ICollection<int>
    {
        public List<int> Values { get; } = [];

        public List<int> Inner { get; } = [];

        public int Count => Values.Count;

        public bool IsReadOnly => false;

        public void Add(int item)
        {
            Values.Add(item);
            set.Match("""{"b":"y"}"""u8, Inner);
        }

        public void Clear() => Values.Clear();

        public bool Contains(int item) => Values.Contains(item);

        public void CopyTo(int[] array, int arrayIndex) => Values.CopyTo(array, arrayIndex);

        public bool Remove(int item) => Values.Remove(item);

        public IEnumerator<int> GetEnumerator() => Values.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
