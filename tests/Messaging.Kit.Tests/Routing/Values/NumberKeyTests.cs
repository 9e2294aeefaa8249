using System.Globalization;
using System.Numerics;
using Messaging.Kit.Routing.Values;
using Messaging.Kit.Tests.InMemory;

namespace Messaging.Kit.Tests.Routing.Values;

[Collection<AloneCollection>]
public sealed class NumberKeyTests
{
    [Fact]
    public void Order_of_the_keys_is_the_order_of_the_numbers()
    {
        const int seed = 99;
        var random = new Random(seed);
        var numbers = Enumerable.Range(0, 200).Select(_ => Write(random)).ToList();
        foreach (var x in numbers)
        {
            foreach (var y in numbers)
            {
                var expected = Exact(x).CompareTo(Exact(y));
                var actual = NumberKey.Of(x).AsSpan().SequenceCompareTo(NumberKey.Of(y));
                Assert.True(Math.Sign(expected) == Math.Sign(actual), $"Seed {seed}: {x} and {y}");
            }
        }
    }

    [Fact]
    public void No_key_begins_with_another()
    {
        var keys = new[] { "0", "1", "10", "11", "1.1", "-1", "-1.1", "-11", "111" }.Select(NumberKey.Of).ToList();
        Assert.All(keys, key => Assert.DoesNotContain(keys, other => other != key && other.AsSpan().StartsWith(key)));
    }

    private static string Write(Random random)
    {
        var digits = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(4) == 0 ? 0 : random.Next(10)));
        var whole = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        var fraction = random.Next(2) == 0 ? "" : $".{random.Next(100):00}";
        var exponent = random.Next(3) switch { 0 => "", 1 => $"e{random.Next(-12, 13)}", _ => $"E+{random.Next(4)}" };
        return $"{(random.Next(2) == 0 ? "-" : "")}{whole}{fraction}{exponent}";
    }

    // As a multiple of 10 to the power of -20.
    private static BigInteger Exact(string number)
    {
        var parts = number.ToUpperInvariant().Split('E');
        var exponent = parts.Length == 1 ? 0 : int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = parts[0].Split('.');
        var decimals = mantissa.Length == 1 ? "" : mantissa[1];
        return BigInteger.Parse(mantissa[0] + decimals, CultureInfo.InvariantCulture) * BigInteger.Pow(10, 20 + exponent - decimals.Length);
    }
}
