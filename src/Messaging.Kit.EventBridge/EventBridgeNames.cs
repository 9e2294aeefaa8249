using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Messaging.Kit.EventBridge;

/// <summary>What EventBridge takes for names of buses, rules, targets, archives and replays.</summary>
internal static class EventBridgeNames
{
    /// <summary>The longest name of a rule, a target and a replay.</summary>
    public const int Longest = 64;

    private const int HashDigits = 8;

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    public static bool IsValid(string name, int longest = Longest) =>
        name.Length > 0 && name.Length <= longest && name.AsSpan().IndexOfAnyExcept(Characters) < 0;

    /// <summary>A name that fits, the same one each time: the name itself, or its beginning and a hash of it.</summary>
    /// <param name="name">A name of characters that are valid.</param>
    public static string Fit(string name) =>
        name.Length <= Longest
            ? name
            : $"{name[..(Longest - HashDigits - 1)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..HashDigits]}";
}
