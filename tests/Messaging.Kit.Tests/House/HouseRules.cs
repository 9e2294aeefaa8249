using System.Text.RegularExpressions;

namespace Messaging.Kit.Tests.House;

/// <summary>Keeps the picture of src/DESIGN.md true: reads the source as text, as a reviewer would.</summary>
public sealed partial class HouseRules
{
    private const int LongestFile = 400;

    private static readonly string Core = Path.Combine(Checkout.Root, "src", "Messaging.Kit");

    // Arrows run down only: a folder may use those on lower floors.
    private static readonly Dictionary<string, int> Floors = new()
    {
        ["Messages"] = 0,

        // Knows JSON only: on the ground nothing may be used.
        ["Routing"] = 0,
        ["Transports"] = 1,
        ["InMemory"] = 2,
        ["Serialization"] = 2,
        ["Pipeline"] = 2,
        [""] = 3,
        ["Diagnostics"] = 4,
        ["Middleware"] = 5,
        ["Testing"] = 5,
        ["Publishing"] = 6,
        ["Consuming"] = 6,
        ["Hosting"] = 7,
    };

    private static IEnumerable<string> CoreFiles => Files(Core);

    private static IEnumerable<string> AllFiles => Files(Path.Combine(Checkout.Root, "src"));

    [Fact]
    public void Every_folder_of_the_core_has_its_floor() => Assert.Equal(
        Floors.Keys.Order(StringComparer.Ordinal),
        CoreFiles.Select(FolderOf).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Dependencies_of_the_core_run_down_only() => AssertNone(
        from file in CoreFiles
        let folder = FolderOf(file)

        // Where users write `.UseRetry()` or `to.InMemory()`, a folder touches the builders of Hosting with one file of extensions.
        let isDoor = file.EndsWith("Extensions.cs", StringComparison.Ordinal)
        from used in FoldersUsedBy(CodeOf(file))
        where used != folder && Floors[used] >= Floors[folder] && !(isDoor && used == "Hosting")
        select $"{file} uses {used}, which is not below {folder}");

    [Fact]
    public void Core_names_no_transport_but_its_own() => AssertNone(
        from file in CoreFiles

        // The pattern language is named by the services that read it, and its templates have names of theirs. It is no transport.
        where FolderOf(file) != "Routing"
        from Match name in Services().Matches(CodeOf(file))
        select $"{file} names {name.Value}");

    [Fact]
    public void No_file_is_long() => AssertNone(
        from file in AllFiles
        let lines = File.ReadLines(file).Count()
        where lines > LongestFile
        select $"{file} has {lines} lines");

    [Fact]
    public void A_file_is_its_one_public_type() => AssertNone(
        from file in AllFiles
        let types = PublicTypes().Matches(CodeOf(file)).Select(match => match.Groups["name"].Value).Distinct().ToList()
        where types.Count > 1 || types.Exists(type => type != Path.GetFileName(file).Split('.')[0])
        select $"{file} has {string.Join(", ", types)}");

    [Fact]
    public void Names_say_something() => AssertNone(
        from file in AllFiles
        from Match name in EmptyWords().Matches($"{Path.GetRelativePath(Checkout.Root, file)}\n{CodeOf(file)}")
        select $"{file} has '{name.Value}'");

    [Fact]
    public void Tests_mirror_the_source_folder_by_folder()
    {
        // Fakes are what the tests have in common, Conformance runs the suites, and House is about all of it.
        var own = new[] { "Fakes", "Conformance", "House" };
        var tests = Path.Combine(Checkout.Root, "tests", "Messaging.Kit.Tests");
        var folders = Files(tests).Select(file => Path.GetDirectoryName(Path.GetRelativePath(tests, file))!).Distinct();
        Assert.All(folders.Except(own), folder => Assert.True(Directory.Exists(Path.Combine(Core, folder)), $"tests/{folder} has no folder in src."));
        Assert.All(Floors.Keys.Except(["Diagnostics", "Testing"]), folder => Assert.True(Directory.Exists(Path.Combine(tests, folder)), $"src/{folder} has no tests."));
    }

    private static void AssertNone(IEnumerable<string> violations)
    {
        var all = violations.ToList();
        Assert.True(all.Count == 0, string.Join(Environment.NewLine, all));
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string FolderOf(string file) => Path.GetDirectoryName(Path.GetRelativePath(Core, file))!.Split(Path.DirectorySeparatorChar)[0];

    // Comments and documentation may speak of anything.
    private static string CodeOf(string path) => string.Join('\n', File.ReadLines(path).Select(line => Comment().Replace(line, "")));

    private static IEnumerable<string> FoldersUsedBy(string code) =>
        QualifiedNames().Matches(code).Select(match => match.Groups["folder"].Value).Where(Floors.ContainsKey).Distinct();

    [GeneratedRegex(@"(?<!:)//.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?:using (?:static )?Messaging\.Kit\.|(?<![\w.])(?:Messaging\.Kit\.)?)(?<folder>[A-Z]\w+)(?:;|\.[A-Z]\w+)")]
    private static partial Regex QualifiedNames();

    [GeneratedRegex(@"\b(Sqs|Sns|Kafka|EventBridge|Amazon|AWS|Confluent)\w*", RegexOptions.IgnoreCase)]
    private static partial Regex Services();

    [GeneratedRegex(@"^public\s+(?:(?:sealed|static|abstract|readonly|partial|ref)\s+)*(?:class|record\s+struct|record|struct|interface|enum|delegate\s+\S+)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicTypes();

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum|namespace|void|static\s+\w+)\s+[\w.]*(?:Utils?|Helpers?|Common|Manager|Base)\b|(?:Utils?|Helpers?|Common|Manager|Base)(?:\.cs|/)")]
    private static partial Regex EmptyWords();
}
