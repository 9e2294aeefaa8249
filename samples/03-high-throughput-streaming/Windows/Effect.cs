namespace HighThroughputStreaming;

/// <summary>What a reading has brought about, the first time it came.</summary>
/// <param name="IsAgain">Whether it has come before: then nothing has changed now.</param>
/// <param name="IsLate">Whether its window had been closed: then it is in no window.</param>
/// <param name="Watermark">The watermark of its device when it came, in milliseconds since 1970.</param>
/// <param name="Closed">The windows that it has closed.</param>
internal sealed record Effect(bool IsAgain, bool IsLate, long Watermark, IReadOnlyList<Window> Closed);
