namespace Messaging.Kit.Samples;

/// <summary>
/// Deals numbers like cards: each number from 0 on gets a place of its own, from the seed alone. So what befalls the messages at certain
/// places befalls an exact share of all, the same for every run and every restart, and nothing has to be kept in memory.
/// </summary>
internal sealed class Deal
{
    private readonly long _step;
    private readonly int _count, _seed;

    public Deal(int count, int seed)
    {
        // number -> number * step modulo count visits every place once when the two have no common factor.
        (_count, _seed, _step) = (count, seed, (long)(count * 0.618) + (seed % 1000) + 1);
        while (GreatestCommonDivisor(_step, count) != 1)
        {
            _step++;
        }
    }

    public long PlaceOf(int number) => ((number * _step) + _seed) % _count;

    /// <summary>How many places a percentage is.</summary>
    public int Share(double percent) => (int)Math.Round(_count * percent / 100);

    private static long GreatestCommonDivisor(long a, long b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
