namespace HighThroughputStreaming;

/// <summary>A reading that somebody should look at now, not when its window closes.</summary>
internal sealed record AnomalyFound(string Device, DateTimeOffset Time, double Celsius);
