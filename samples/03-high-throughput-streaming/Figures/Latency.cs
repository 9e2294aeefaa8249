using System.Numerics;

namespace HighThroughputStreaming;

/// <summary>
/// Counts how long things took, in buckets that grow by an eighth of a power of two: any quantile is right to about six percent, and
/// counting costs a few nanoseconds. Averages hide what users feel; quantiles do not.
/// </summary>
internal sealed class Latency
{
    private const int BucketsPerPower = 8;
    private readonly long[] _buckets = new long[64 * BucketsPerPower];

    public void Add(TimeSpan time) => Interlocked.Increment(ref _buckets[BucketOf(Math.Max(1, (long)time.TotalMicroseconds))]);

    /// <summary>What has been counted so far.</summary>
    public long[] Take() => [.. _buckets];

    /// <summary>The time below which the given share of what was counted between two takes has stayed.</summary>
    /// <param name="share">The share, such as 0.99.</param>
    /// <param name="now">The later take.</param>
    /// <param name="before">The earlier one; <see langword="null"/> for the beginning.</param>
    public static TimeSpan Quantile(double share, long[] now, long[]? before = null)
    {
        var wanted = share * (now.Sum() - (before?.Sum() ?? 0));
        for (var (bucket, count) = (0, 0L); wanted > 0 && bucket < now.Length; bucket++)
        {
            count += now[bucket] - (before?[bucket] ?? 0);
            if (count >= wanted)
            {
                return TimeSpan.FromMicroseconds(UpperOf(bucket));
            }
        }

        return TimeSpan.Zero;
    }

    private static int BucketOf(long microseconds)
    {
        var power = BitOperations.Log2((ulong)microseconds);
        var rest = power < 3 ? (int)(microseconds << (3 - power)) : (int)(microseconds >> (power - 3));
        return (power * BucketsPerPower) + rest - BucketsPerPower;
    }

    private static double UpperOf(int bucket) => Math.Pow(2, bucket / BucketsPerPower) * (1 + ((bucket % BucketsPerPower) + 1.0) / BucketsPerPower);
}
