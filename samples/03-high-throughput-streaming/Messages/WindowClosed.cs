namespace HighThroughputStreaming;

/// <summary>The readings of a device in one window, summed up. With salted keys a device has several of them for a window, one for each of its keys: whoever reads them adds them up.</summary>
/// <param name="Key">The key under which the readings came; empty when they had none.</param>
/// <param name="Device">The device.</param>
/// <param name="Start">Where the window begins.</param>
/// <param name="Count">How many readings.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Min">The least of them.</param>
/// <param name="Max">The greatest of them.</param>
internal sealed record WindowClosed(string Key, string Device, DateTimeOffset Start, long Count, double Mean, double Min, double Max);
