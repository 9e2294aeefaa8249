namespace HighThroughputStreaming;

/// <summary>A window of one device: what has come of it so far, or what it came to.</summary>
/// <param name="Lane">The key under which its readings travel; empty when they have none.</param>
/// <param name="Device">The device.</param>
/// <param name="Start">Where it begins, in milliseconds since 1970.</param>
/// <param name="Count">How many readings.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="Min">The least of them.</param>
/// <param name="Max">The greatest of them.</param>
internal sealed record Window(string Lane, string Device, long Start, long Count, double Sum, double Min, double Max)
{
    public WindowClosed ToMessage() => new(Lane, Device, DateTimeOffset.FromUnixTimeMilliseconds(Start), Count, Math.Round(Sum / Count, 3), Min, Max);
}
