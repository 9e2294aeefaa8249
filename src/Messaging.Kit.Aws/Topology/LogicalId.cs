using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Messaging.Kit.Aws.Topology;

/// <summary>
/// What a resource is called in its template. An id depends on nothing but the resource's own names, for a resource that gets another id is
/// made anew; and no two are the same: names whose letters and digits do not tell them apart get a hash.
/// </summary>
internal static partial class LogicalId
{
    private const string Joint = "To";
    private const int LongestStem = 200;
    private const int HashDigits = 8;

    /// <summary>The id.</summary>
    /// <param name="kind">The end of it, the same for all resources of a kind.</param>
    /// <param name="names">The names that make it one of its kind.</param>
    public static string Of(string kind, params string[] names)
    {
        var stem = string.Join(Joint, names.Select(Stem));
        return names.All(name => Plain().IsMatch(name)) && stem.Length <= LongestStem
            ? $"{stem}{kind}"
            : $"{stem[..Math.Min(stem.Length, LongestStem)]}{Hash(names)}{kind}";
    }

    private static string Stem(string name) => string.Concat(Words().Matches(name).Select(word => char.ToUpperInvariant(word.Value[0]) + word.Value[1..]));

    private static string Hash(string[] names) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', names))))[..HashDigits];

    // Those that can be read back out of the id: each word begins with a letter, and none is the joint or reads like the suffix of FIFO.
    [GeneratedRegex(@"^(?!.*(?:^|-)(?:to|fifo)(?:-|\.|$))[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*(?:\.fifo)?$")]
    private static partial Regex Plain();

    [GeneratedRegex("[A-Za-z0-9]+")]
    private static partial Regex Words();
}
