namespace HighThroughputStreaming;

/// <summary>What a sensor has measured. The device is the key where order matters: its readings come in the order of their sequence.</summary>
/// <param name="Device">The device.</param>
/// <param name="Site">Where the device is.</param>
/// <param name="Sequence">Counts the readings of the device, from 0.</param>
/// <param name="Time">When it was measured, by the clock of the device: the time that windows go by.</param>
/// <param name="Celsius">The temperature.</param>
internal sealed record Reading(string Device, string Site, int Sequence, DateTimeOffset Time, double Celsius);
