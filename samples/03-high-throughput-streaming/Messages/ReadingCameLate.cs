namespace HighThroughputStreaming;

/// <summary>A reading whose window had been closed when it came. It is in no sum, and it is not gone: somebody may correct the sum with it.</summary>
internal sealed record ReadingCameLate(Reading Reading, DateTimeOffset Watermark);
