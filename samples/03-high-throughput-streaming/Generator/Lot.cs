namespace HighThroughputStreaming;

/// <summary>Draws lots that depend on the seed and the number alone (SplitMix64): a generator that is cheap to make for each reading.</summary>
internal struct Lot(int seed, int number)
{
    private ulong _state = ((ulong)(uint)seed << 32) | (uint)number;

    /// <summary>The next lot, from 0 to below 1.</summary>
    public double Next()
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
